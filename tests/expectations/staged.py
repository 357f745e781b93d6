"""Staged rows for tests: a clean report from `cases/clean.yaml`, and edits that plant a defect."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.catalog.catalog import Catalog
from domain.observations import CellState
from domain.periods import parse_period
from domain.staging import (
    StagedAccepted,
    StagedDue,
    StagedHistory,
    StagedObservation,
    StagedPeer,
    StagedRegister,
    StagedRow,
    StagedSubmission,
)

CASES = Path(__file__).parent / "cases"
RUN = "run-1"
PERIOD, LAST_DAY, PREVIOUS = "2025-05", "2025-05-14", "2025-04"

Put = Callable[[Iterable[StagedRow]], None]
"""Stages rows in the test's warehouse."""


@cache
def _read(name: str) -> Any:  # noqa: ANN401 # a document of any shape
    """Read a file of `cases/`, once for all tests."""
    return yaml.load((CASES / f"{name}.yaml").read_bytes(), yaml.CSafeLoader)


def defects() -> list[dict[str, Any]]:
    """Read the planted defects of `cases/`: of all rules, of magnitudes and of history."""
    names = ("defects", "magnitudes", "history")
    return [case for name in names for case in _read(name)]


def state_of(number: Decimal | None) -> CellState:
    """Return the state of a cell with a number, or of a blank cell."""
    if number is None:
        return CellState.BLANK
    return CellState.VALUE if number else CellState.ZERO


def clean_report(catalog: Catalog, submission_id: int = 1, run_id: str = RUN) -> list[StagedRow]:
    """Build all staged rows of a report without faults."""
    base = _read("clean")
    unit = base["unit"]
    rows: list[StagedRow] = [
        StagedSubmission(
            run_id=run_id,
            submission_id=submission_id,
            unit=unit,
            period=PERIOD,
            form="cds_x_t",
            layout_version="2025.1",
            sheet=base["sheet"],
            unit_name="Xã Lâm Sơn",
            area=f"area-{submission_id}",
            last_day=LAST_DAY,
            previous_period=PREVIOUS,
            layout_in_force="2025.1",
            digest=f"{submission_id:064}",
            figures=20,
        ),
    ]
    for line in base["lines"]:
        rows.extend(_form_line(run_id, submission_id, base, line))
    for village in base["villages"]:
        for indicator, figure in village["figures"].items():
            counted = catalog.indicators[indicator].denominator is not None
            rows.append(
                observation(
                    run_id,
                    submission_id,
                    unit,
                    indicator,
                    village=village["code"],
                    sheet=base["village_sheet"],
                    cell=(cell := f"{'D' if counted else 'E'}{village['row']}"),
                    denominator_cell=cell if counted else "",
                    numerator=Decimal(figure),
                    denominator=Decimal(1) if counted else None,
                )
            )
    rows.append(StagedRegister(run_id, submission_id, "tcnscd_thon", len(base["villages"])))
    due = [line["indicator"] for line in base["lines"]] + list(base["villages"][0]["figures"])
    rows.extend(
        StagedDue(
            run_id,
            submission_id,
            indicator,
            catalog.indicators[indicator].absence,
            catalog.indicators[indicator].name.vi,
        )
        for indicator in due
    )
    return rows


def _form_line(
    run_id: str, submission_id: int, base: Mapping[str, Any], line: Mapping[str, Any]
) -> Iterable[StagedRow]:
    unit, indicator, row = base["unit"], line["indicator"], line["row"]
    stated = line.get("stated")
    yield observation(
        run_id,
        submission_id,
        unit,
        indicator,
        sheet=base["sheet"],
        cell=f"E{row}",
        denominator_cell=f"D{row}" if "denominator" in line else "",
        stated_cell=f"F{row}",
        numerator=Decimal(line["numerator"]),
        denominator=Decimal(line["denominator"]) if "denominator" in line else None,
        stated=None if stated is None else Decimal(stated),
        stated_decimals=line.get("stated_decimals"),
    )
    if "register" in line:
        yield StagedRegister(run_id, submission_id, indicator, line["register"])
    if "previous" in line:
        previous = Decimal(line["previous"])
        yield StagedHistory(run_id, submission_id, unit, "", indicator, PREVIOUS, 1, previous, None)


def observation(
    run_id: str,
    submission_id: int,
    unit: str,
    indicator: str,
    *,
    sheet: str,
    cell: str,
    numerator: Decimal | None,
    denominator: Decimal | None,
    village: str = "",
    denominator_cell: str = "",
    stated_cell: str = "",
    stated: Decimal | None = None,
    stated_decimals: int | None = None,
) -> StagedObservation:
    """Build an observation whose states and raw texts follow from its numbers."""
    has_denominator = denominator_cell != ""
    return StagedObservation(
        run_id=run_id,
        submission_id=submission_id,
        unit=unit,
        village=village,
        indicator=indicator,
        sheet=sheet,
        cell=cell,
        denominator_cell=denominator_cell,
        stated_cell=stated_cell,
        state=state_of(numerator),
        numerator=numerator,
        denominator=denominator,
        stated=stated,
        numerator_state=state_of(numerator),
        denominator_state=state_of(denominator) if has_denominator else "",
        stated_state=state_of(stated) if stated_cell else "",
        numerator_raw="" if numerator is None else str(numerator),
        denominator_raw="" if denominator is None else str(denominator),
        stated_raw="" if stated is None else str(stated),
        stated_decimals=stated_decimals,
    )


def planted(catalog: Catalog, submission_id: int, case: Mapping[str, Any]) -> list[StagedRow]:
    """Build all staged rows of a case: the clean report with the defect, and the rows it is compared with.

    `report` changes fields of the submission; `history`, `accepted`, `peers` and `neighbours` add accepted figures: of
    an indicator some periods back, of a whole report, of neighbours' shares and of neighbours' denominators.
    """
    report, *rows = apply_edits(clean_report(catalog, submission_id), case.get("edits", ()))
    assert isinstance(report, StagedSubmission)
    report = report._replace(**case.get("report", {}))
    rows.extend(_history(report, figure) for figure in case.get("history", ()))
    rows.extend(
        StagedAccepted(**_key_of(report, number) | fields) for number, fields in enumerate(case.get("accepted", ()))
    )
    rows.extend(
        StagedPeer(**_key_of(report, number), indicator=case["peers"]["indicator"], **_hundredths(share))
        for number, share in enumerate(case.get("peers", {}).get("shares", ()))
    )
    rows.extend(
        StagedPeer(**_key_of(report, number), indicator=indicator, **_three_quarters(denominator))
        for number, denominators in enumerate(case.get("neighbours", ()), 100)
        for indicator, denominator in denominators.items()
    )
    return [report, *rows]


def _history(report: StagedSubmission, figure: Mapping[str, Any]) -> StagedHistory:
    back = figure["steps_back"]
    numbers = {name: Decimal(figure[name]) if name in figure else None for name in ("numerator", "denominator")}
    period = parse_period(report.period).shift(-back).id
    return StagedHistory(RUN, report.submission_id, report.unit, "", figure["indicator"], period, back, **numbers)


def _key_of(report: StagedSubmission, number: int) -> dict[str, Any]:
    key = report.submission_id * 1000 + number
    return {"run_id": RUN, "submission_id": key, "area": report.area, "form": report.form, "period": report.period}


def _three_quarters(denominator: int) -> dict[str, Decimal]:
    return {"numerator": Decimal(denominator * 3) / 4, "denominator": Decimal(denominator)}


def _hundredths(share: int) -> dict[str, Decimal]:
    return {"numerator": Decimal(share), "denominator": Decimal(100)}


def apply_edits(rows: Iterable[StagedRow], edits: Iterable[Mapping[str, Any]]) -> list[StagedRow]:
    """Apply a case's edits to rows.

    An edit names an `indicator` (and a `village`, default: the form's line) and new values, which replace the row's, or
    make another row with `add: true`; `remove: true` removes the row. A changed number changes its state and text as
    well. `previous` edits the figure of the previous period, with `steps_back` that of an earlier one.
    """
    edited = list(rows)
    for edit in edits:
        changes = {name: value for name, value in edit.items() if name not in {"indicator", "village", "remove", "add"}}
        matches = [row for row in edited if _matches(row, edit)]
        assert matches, f"the edit {edit} matches no row"
        for row in matches:
            if edit.get("remove"):
                edited.remove(row)
            elif edit.get("add"):
                edited.append(_changed(row, changes))
            else:
                edited[edited.index(row)] = _changed(row, changes)
    return edited


def _matches(row: StagedRow, edit: Mapping[str, Any]) -> bool:
    if isinstance(row, StagedHistory) and "previous" in edit:
        return row.indicator == str(edit["indicator"])
    return (
        isinstance(row, StagedObservation)
        and "previous" not in edit
        and row.indicator == str(edit["indicator"])
        and row.village == str(edit.get("village", ""))
    )


def _changed(row: StagedRow, changes: Mapping[str, Any]) -> StagedRow:
    if isinstance(row, StagedHistory):
        back = changes.get("steps_back", row.steps_back)
        period = parse_period(PERIOD).shift(-back).id
        return row._replace(numerator=Decimal(changes["previous"]), steps_back=back, period=period)
    assert isinstance(row, StagedObservation)
    new: dict[str, Any] = {"stated_decimals": row.stated_decimals}
    for name, value in changes.items():
        if name in {"numerator", "denominator", "stated"}:
            number = None if value is None else Decimal(value)
            new |= {name: number, f"{name}_state": state_of(number), f"{name}_raw": "" if value is None else value}
        else:
            new[{"as_indicator": "indicator", "as_village": "village"}.get(name, name)] = value
    if "state" not in new and "numerator" in new:
        new["state"] = new["numerator_state"]
    return row._replace(**new)
