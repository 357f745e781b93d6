"""`tonghop remind`: remind units by mail of reports that are due."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import JsonOption, WaitOption
from cli.output.terminal import Terminal
from flows.support.settings import Settings, patient

if TYPE_CHECKING:
    from flows.presentation.send_reminders import ReminderMail
    from warehouse.queries.reminders import DueStep, MissingUnit


def remind(
    typer_context: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show who would get what, and send nothing.")] = False,
    as_json: JsonOption = False,
    wait: WaitOption = None,
) -> None:
    """Remind units by mail of reports that are due or were returned, and send the office the list of those missing.

    The days are in reminders/reminders.yaml of the catalogue, the addresses those of `tonghop senders`. Each step is
    sent once; with `tonghop up` this happens by itself on working days at eight.

    Exit codes: 0 all was sent; 3 some was not: the next run tries again.

    Example: tonghop remind --dry-run
    """
    from uuid import uuid4

    from cli.output.as_json import print_json
    from cli.running import ProgressBars
    from flows.presentation.ask_consulted import due_to_consulted
    from flows.presentation.send_reminders import due_mails, send_reminders
    from flows.support.context import build_context

    settings: Settings = patient(typer_context.obj, wait)
    context = build_context(settings)
    terminal = Terminal(context.catalog, settings.lang)
    steps, mails = due_mails(context, settings)
    consulted = due_to_consulted(context)
    if not as_json:
        show_due(terminal, steps, mails)
        for each in consulted:
            terminal.bullet("✉", f"{each.unit.code} {each.unit.name} → {', '.join(each.addresses)}")
            terminal.bullet("", terminal.text("consulted_about", period=each.consultation.period.id), "dim", 4)
    sent = 0
    if not dry_run and (mails or consulted):
        bars = ProgressBars(terminal)
        with bars.progress:
            sent = send_reminders(context, settings, str(uuid4()), bars)
    if as_json:
        missing = [_missing_fields(due, each) for due in steps for each in due.missing]
        to_consulted = [{"unit": each.unit.code, "addresses": each.addresses} for each in consulted]
        mailed = [_mail_fields(mail) for mail in mails]
        print_json({"sent": sent, "mails": mailed, "missing": missing, "consulted": to_consulted})
    elif dry_run and (mails or consulted):
        terminal.say("remind_would_send", "bold", count=len(mails) + len(consulted))
    else:
        terminal.say("remind_sent" if mails or consulted else "remind_nothing", "bold green", count=sent)


def show_due(terminal: Terminal, steps: "tuple[DueStep, ...]", mails: "tuple[ReminderMail, ...]") -> None:
    """Show the mails that are due, and the units whose report is missing and for which no address is registered."""
    for mail in mails:
        name = f"{mail.unit.code} {mail.unit.name}" if mail.unit else terminal.text("remind_office")
        terminal.bullet("✉", f"{name} → {', '.join(mail.addresses)}")
        terminal.bullet("", mail.notice.subject, "dim", 4)
    without = {each.unit.key: each.unit for due in steps for each in due.missing if not each.addresses}
    if without:
        names = ", ".join(f"{unit.code} {unit.name}" for unit in without.values())
        terminal.bullet("!", f"{terminal.text('reminder_without_address', count=len(without))} {names}", "yellow")


def _mail_fields(mail: "ReminderMail") -> dict[str, object]:
    return {
        **_step_fields(mail.due),
        "unit": mail.unit.code if mail.unit else None,
        "addresses": mail.addresses,
        "subject": mail.notice.subject,
        "body": mail.notice.body,
    }


def _missing_fields(due: "DueStep", missing: "MissingUnit") -> dict[str, object]:
    return {
        **_step_fields(due),
        "unit": missing.unit.code,
        "name": missing.unit.name,
        "report": missing.report,
        "addresses": missing.addresses,
        "reminders": missing.sent.count if missing.sent else 0,
        "reminded_at": missing.sent.last_at if missing.sent else None,
    }


def _step_fields(due: "DueStep") -> dict[str, object]:
    return {"form": due.form, "period": due.period, "step": due.step.id, "deadline": due.deadline}
