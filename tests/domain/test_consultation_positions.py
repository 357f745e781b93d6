"""Where answers leave a unit that is consulted."""

from datetime import UTC, date, datetime

import pytest

from domain.officers.consultations import (
    ConsultationAnswer,
    ConsultationAnswerKind,
    ConsultedUnit,
    Position,
    position_of,
)

AGREE, OBJECT, SETTLE = ConsultationAnswerKind
NOW = datetime(2025, 5, 20, tzinfo=UTC)


def answered(*answers: tuple[ConsultationAnswerKind, bool]) -> tuple[ConsultationAnswer, ...]:
    """Return answers of kinds, and whether each is about the figures of today."""
    return tuple(ConsultationAnswer(kind, "vì", "cô Lan", NOW, is_current) for kind, is_current in answers)


@pytest.mark.parametrize(
    ("answers", "position"),
    [
        ([], Position.SILENT),
        ([(AGREE, True)], Position.AGREED),
        ([(AGREE, False)], Position.SILENT),
        ([(OBJECT, True)], Position.OBJECTED),
        ([(OBJECT, False)], Position.OBJECTED),
        ([(OBJECT, False), (AGREE, True)], Position.AGREED),
        ([(OBJECT, True), (SETTLE, True)], Position.SETTLED),
        ([(OBJECT, True), (SETTLE, False)], Position.SETTLED),
        ([(OBJECT, True), (SETTLE, True), (OBJECT, True)], Position.OBJECTED),
        ([(AGREE, True), (OBJECT, True)], Position.OBJECTED),
    ],
)
def test_the_last_answer_counts(answers: list[tuple[ConsultationAnswerKind, bool]], position: Position) -> None:
    """To have agreed holds for the figures that were seen, an objection until it is settled."""
    assert position_of(answered(*answers)) is position


def test_agreement_to_other_figures_is_outdated() -> None:
    """A unit that never answered is silent, and nothing of it is outdated."""
    silent = ConsultedUnit("22813", date(2025, 1, 1), "Xã Lâm Sơn")
    assert (silent.is_outdated, ConsultedUnit("22813", date(2025, 1, 1), "", answered((AGREE, False))).is_outdated) == (
        False,
        True,
    )
