"""Facts of an assignment as the template prints them, by name; everything else on a template is equal for all units."""

from collections.abc import Mapping

from workbooks.direct.values import signed_on
from workbooks.template.assignment import Assignment, name_in_sentence, short_date

UNIT, PERIOD = "unit", "period"
"""Code of the unit and id of the period, as stamped."""


def facts_of(assignment: Assignment) -> Mapping[str, str]:
    """Return the texts that differ between the templates of a layout, by name."""
    text = assignment.text
    committee = text("committee", unit=name_in_sentence(assignment.unit))
    facts = {
        UNIT: assignment.unit.code,
        PERIOD: assignment.period.id,
        "receiver": assignment.receiver.upper(),
        "committee": committee.upper(),
        "period_line": assignment.period_line,
        "reporting_unit": text("reporting_unit", unit=assignment.unit.name),
        "receiving_unit": text("receiving_unit", unit=assignment.receiver),
        "deadline": text("deadline", day=short_date(assignment.deadline)),
        "guide_period": text(
            "guide_period",
            name=assignment.period_name,
            first=short_date(assignment.first_day),
            last=short_date(assignment.last_day),
            deadline=short_date(assignment.deadline),
            receiver=assignment.receiver,
        ),
    }
    for number, village in enumerate(assignment.catalog.units.villages(assignment.unit, assignment.last_day)):
        facts[village_fact("village_code", number)] = village.code
        facts[village_fact("village_name", number)] = village.name
    return facts


def village_fact(what: str, number: int) -> str:
    """Return the name of the fact of the n-th village, counted from 0."""
    return f"{what}.{number}"


def is_place_line(text: str, assignment: Assignment) -> bool:
    """Return whether a text is the line of place and date, left open or signed between period and next period's end."""
    if text == assignment.place_line(None):
        return True
    day = signed_on(text)
    following = assignment.catalog.forms.calendar_of(assignment.form.id).last_day(assignment.period.shift(1))
    return day is not None and assignment.first_day < day <= following and text == assignment.place_line(day)
