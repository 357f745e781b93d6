"""A form sheet is not last period's over again."""

from decimal import Decimal

from domain.staging import SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.reports import others


def _query(terms: SqlTerms) -> Query:
    # A report of few figures may well equal the one before.
    return Query(
        where=f"t.figures >= {terms.parameters['least_figures']}",
        joins=(
            f"""JOIN ({others(terms.run_id)}) AS o ON o.unit = t.unit AND o.form = t.form
                AND o.period = t.previous_period AND o.digest = t.digest""",
        ),
        indicator="NULL",
        village="''",
        cell="NULL",
        found="t.period",
        facts={"previous_period": "o.period", "figures": "t.figures"},
    )


KIND = RuleKind(query=_query, table=SUBMISSIONS, parameters={"least_figures": Number(Decimal(1))})
