"""The staging tables between parsing and judgement: the only thing `warehouse/` and the rules' SQL share.

`warehouse/` creates and fills them; the rules of `expectations/` read them through an engine's URL. Every table
carries `run_id`, so two runs never see each other's rows. Figures stand as plain SQL numbers; an unreadable or blank
one is NULL with its state beside it, so no rule ever meets text where a number belongs.
"""

from dataclasses import dataclass, fields
from decimal import Decimal

from domain.observations import CellState

SUBMISSIONS = "stg_submission"
OBSERVATIONS = "stg_observation"
DUE = "stg_due"
REGISTER = "stg_register"
HISTORY = "stg_history"


@dataclass(frozen=True, slots=True)
class StagedSubmission:
    """A submission to be judged. `sheet` is the form sheet's name in this workbook, for issues that have no cell."""

    run_id: str
    submission_id: int
    unit: str
    period: str
    form: str
    layout_version: str
    sheet: str


@dataclass(frozen=True, slots=True)
class StagedObservation:
    """An observation, flat. `unit` is the reporting commune; `village` the village's code, or "" for the form sheet.

    `*_state` are `CellState` values; `denominator_state` and `stated_state` are "" where the form has no such cell.
    `raw` texts are what the cells held, for the message. `stated` is the typed percentage (0 to 100);
    `stated_decimals` how many decimals it was shown with.
    """

    run_id: str
    submission_id: int
    unit: str
    village: str
    indicator: str
    sheet: str
    cell: str
    denominator_cell: str
    stated_cell: str
    state: CellState
    numerator: Decimal | None
    denominator: Decimal | None
    stated: Decimal | None
    numerator_state: str
    denominator_state: str
    stated_state: str
    numerator_raw: str
    denominator_raw: str
    stated_raw: str
    stated_decimals: int | None


@dataclass(frozen=True, slots=True)
class StagedDue:
    """An indicator that a submission owes in its period. `absence` is `refuse` or `warn`; `label` the form's."""

    run_id: str
    submission_id: int
    indicator: str
    absence: str
    label: str


@dataclass(frozen=True, slots=True)
class StagedRegister:
    """What the register says a denominator must be, for one unit and indicator (61 villages, 8 communes)."""

    run_id: str
    submission_id: int
    indicator: str
    denominator: int


@dataclass(frozen=True, slots=True)
class StagedHistory:
    """A figure accepted for an earlier period; `steps_back` is 1 for the period just before the submission's."""

    run_id: str
    submission_id: int
    unit: str
    village: str
    indicator: str
    period: str
    steps_back: int
    numerator: Decimal | None
    denominator: Decimal | None


StagedRow = StagedSubmission | StagedObservation | StagedDue | StagedRegister | StagedHistory

TABLES: dict[str, type[StagedRow]] = {
    SUBMISSIONS: StagedSubmission,
    OBSERVATIONS: StagedObservation,
    DUE: StagedDue,
    REGISTER: StagedRegister,
    HISTORY: StagedHistory,
}
"""Table name to row type; a table's columns are the row type's fields."""


def columns_of(table: str) -> tuple[str, ...]:
    """Names of a staging table's columns, in order."""
    return tuple(field.name for field in fields(TABLES[table]))
