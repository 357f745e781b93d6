"""The staging tables between parsing and judgement: the only thing `warehouse/` and the rules' SQL share.

`warehouse/` creates and fills them; the rules of `expectations/` read them through an engine's URL. Every table
carries `run_id`, so two runs never see each other's rows. Figures are plain SQL numbers; an unreadable or blank
one is NULL with its state beside it, so no rule ever meets text where a number belongs.
"""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from domain.observations import CellState

SUBMISSIONS = "stg_submission"
OBSERVATIONS = "stg_observation"
DUE = "stg_due"
REGISTER = "stg_register"
HISTORY = "stg_history"
ACCEPTED = "stg_accepted"
PEERS = "stg_peer"


class StagedSubmission(NamedTuple):
    """A submission to be judged. `sheet` is the form sheet's name in this workbook, for issues that have no cell.

    `area` is the code of the unit above, whose communes are compared with one another. `last_day` is that of the
    period, as 2025-05-14; `previous_period` the period before. `layout_in_force` is the form's version for the period.
    `digest` is that of the form sheet's figures (`digest_of`), `figures` how many of them are above zero.
    """

    run_id: str
    submission_id: int
    unit: str
    period: str
    form: str
    layout_version: str
    sheet: str
    unit_name: str
    area: str
    last_day: str
    previous_period: str
    layout_in_force: str
    digest: str
    figures: int


class StagedObservation(NamedTuple):
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


class StagedDue(NamedTuple):
    """An indicator that a submission owes in its period. `absence` is `refuse` or `warn`; `label` the form's."""

    run_id: str
    submission_id: int
    indicator: str
    absence: str
    label: str


class StagedRegister(NamedTuple):
    """Denominator required by the register, for one unit and indicator (61 villages, 8 communes)."""

    run_id: str
    submission_id: int
    indicator: str
    denominator: int


class StagedHistory(NamedTuple):
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


class StagedAccepted(NamedTuple):
    """An accepted report that judged ones are compared with as a whole; `submission_id` is its own.

    It is of the period before and a judged one's unit, or of another unit of the same area for the same period.
    """

    run_id: str
    submission_id: int
    unit: str
    unit_name: str
    area: str
    form: str
    period: str
    digest: str


class StagedPeer(NamedTuple):
    """A share that another commune of an area had accepted for a period of the batch; `submission_id` is its own."""

    run_id: str
    submission_id: int
    area: str
    form: str
    period: str
    indicator: str
    numerator: Decimal
    denominator: Decimal


StagedRow = (
    StagedSubmission | StagedObservation | StagedDue | StagedRegister | StagedHistory | StagedAccepted | StagedPeer
)

TABLES: dict[str, type[StagedRow]] = {
    SUBMISSIONS: StagedSubmission,
    OBSERVATIONS: StagedObservation,
    DUE: StagedDue,
    REGISTER: StagedRegister,
    HISTORY: StagedHistory,
    ACCEPTED: StagedAccepted,
    PEERS: StagedPeer,
}
"""Table name to row type; a table's columns are the row type's fields."""


def columns_of(table: str) -> tuple[str, ...]:
    """Names of a staging table's columns, in order."""
    return TABLES[table]._fields


def digest_of(figures: Iterable[tuple[str, Decimal | None, Decimal | None]]) -> str:
    """sha256 over indicators with their numerators and denominators, whatever their order and spelling.

    What has no number at all is left out: a line that was left blank equals a line that is not there.
    """
    results = (figure for figure in figures if figure[1] is not None or figure[2] is not None)
    lines = sorted(
        f"{indicator} {_plain(numerator)} {_plain(denominator)}" for indicator, numerator, denominator in results
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def _plain(number: Decimal | None) -> str:
    if number is None:
        return "-"
    return format(number.normalize(), "f") if number else "0"
