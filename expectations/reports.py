"""SQL for rules that compare reports as wholes."""

from domain.staging import ACCEPTED, SUBMISSIONS

_COLUMNS = "unit, unit_name, area, form, period, digest"


def others(run_id: str) -> str:
    """All reports that a judged one can be compared with: those accepted before, and those of its own batch."""
    return " UNION ALL ".join(
        f"SELECT {_COLUMNS} FROM {table} WHERE run_id = {run_id}"  # noqa: S608 # checked literals only
        for table in (ACCEPTED, SUBMISSIONS)
    )
