"""Reminders as mails: to a unit about its report, to a unit above about those below it, to the office about all."""

from collections.abc import Sequence
from datetime import date

from domain.periods import working_days_after
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.notices import Notice, signed_notice
from publishing.figures.formatting import format_day
from warehouse.queries.reminders import DueReminder, DueStep, MissingReport, MissingUnit


def of_reminder(messages: MessageFormatter, due: DueStep, reminder: DueReminder, today: date) -> Notice:
    """Return the mail that reminds a unit: when its report is due, or what is missing below it, and what to do."""
    facts = _facts(messages, due, today)
    if all(each.unit == reminder.unit for each in reminder.missing):
        (missing,) = reminder.missing
        when = "before" if due.deadline >= today else "after"
        kind = "returned" if missing.report is MissingReport.RETURNED else when
        lines = [messages.text(f"reminder_{kind}", **facts), "", messages.text("reminder_what_to_do")]
    else:
        lines = [messages.text("reminder_below", **facts), "", *_list(messages, reminder.missing)]
    subject = messages.text("reminder_subject", unit=reminder.unit.name, **facts)
    return signed_notice(messages, subject, [messages.text("reminder_to", unit=reminder.unit.name), "", *lines])


def of_missing(messages: MessageFormatter, due: DueStep, today: date) -> Notice:
    """Return the office's mail: the units whose report is missing, those without an address named."""
    facts = _facts(messages, due, today) | {"count": len(due.missing)}
    without = [each for each in due.missing if not each.addresses]
    lines = [messages.text("reminder_office", **facts), "", *_list(messages, due.missing)]
    if without:
        names = ", ".join(f"{each.unit.code} {each.unit.name}" for each in without)
        lines += ["", messages.text("reminder_without_address", count=len(without)), names]
    return signed_notice(messages, messages.text("reminder_office_subject", **facts), lines)


def missing_line(messages: MessageFormatter, missing: MissingUnit) -> str:
    """Return a unit in one line: why its report is missing, and how often it was reminded."""
    notes = [messages.text(f"missing_{missing.report}")]
    if missing.sent:
        notes.append(messages.text("reminded", count=missing.sent.count, day=messages.day(missing.sent.last_at)))
    return f"{missing.unit.code} {missing.unit.name}: {', '.join(notes)}"


def _list(messages: MessageFormatter, missing: Sequence[MissingUnit]) -> list[str]:
    return [f"- {missing_line(messages, each)}" for each in missing]


def _facts(messages: MessageFormatter, due: DueStep, today: date) -> dict[str, object]:
    forms = messages.catalog.forms
    return {
        "form": forms.form(due.form).title.get(messages.lang),
        "period": due.period.id,
        "deadline": format_day(due.deadline, messages.lang),
        "days": working_days_after(due.deadline, today, forms.holidays),
    }
