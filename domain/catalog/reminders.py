"""Steps of reminders: how many working days before or after a deadline units are reminded of a form."""

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from domain.catalog.fields import FileModel, Id
from domain.catalog.files import CatalogFiles
from domain.catalog.shapes import Kind
from domain.layouts import ReminderStep
from domain.units import Level

FILE = "reminders/reminders.yaml"
_Levels = Literal[Level.COMMUNE, Level.DISTRICT, Level.PROVINCE]


class ReminderEntry(FileModel):
    """A step."""

    id: Id
    level: Annotated[_Levels, Field(description="whose deadline counts and who is reminded")] = Level.COMMUNE
    form: Annotated[Id | None, Field(description="id of the form; left out: every form")] = None
    working_days: Annotated[
        int,
        Field(
            ge=-60, le=60, description="working days after the deadline, from -60 (before it) to 60; 0 is its own day"
        ),
    ]


REMINDERS = Kind("reminders", "When units are reminded (reminders/reminders.yaml).", tuple[ReminderEntry, ...])


def read_reminders(files: CatalogFiles, forms: Collection[str]) -> tuple[ReminderStep, ...]:
    """Read `reminders/reminders.yaml`; a catalogue without the file reminds no unit.

    Raises:
        CatalogError: a form is unknown, or an id comes twice.
    """
    if FILE not in files.names("reminders", ".yaml"):
        return ()
    document = files.document(FILE)
    results: dict[str, ReminderStep] = {}
    for place, raw in enumerate(REMINDERS.check_document(document)):
        if raw.form is not None and raw.form not in forms:
            raise document.error(f"form {raw.form!r} is unknown", "use the id of a file in forms/", place, "form")
        document.add_once(results, raw.id, ReminderStep(**dict(raw)), place, "id")
    return tuple(results.values())
