"""Obligations: which units owe a form, and which need not give it or some of its indicators."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.catalog.fields import Day, Distinct, Id, Span, UnitCode, Words
from domain.catalog.files import CatalogFiles
from domain.catalog.shapes import Kind
from domain.layouts import Exemption, Obligation

OBLIGATIONS_FILE, EXEMPTIONS_FILE = "obligations/obligations.yaml", "obligations/exemptions.yaml"


class ObligationEntry(Span):
    """An obligation."""

    form: Id
    area: UnitCode
    valid_from: Day
    source: Words


class ExemptionEntry(Span):
    """An exemption."""

    unit: UnitCode
    form: Id
    indicators: Distinct[Id] = ()
    valid_from: Day
    reason: Words


OBLIGATIONS = Kind("obligations", "Which units owe a form (obligations/obligations.yaml).", tuple[ObligationEntry, ...])
EXEMPTIONS = Kind(
    "exemptions",
    "Who need not give a form or some of its indicators (obligations/exemptions.yaml).",
    tuple[ExemptionEntry, ...],
)


@dataclass(frozen=True)
class Obligations:
    """Obligations by area and exemptions by unit, each with its days."""

    obligations: tuple[Obligation, ...]
    exemptions: tuple[Exemption, ...]

    def areas_owing(self, form: str, day: date) -> frozenset[str]:
        """Return the codes of the areas in which a form is due on a day."""
        return frozenset(item.area for item in self.obligations if item.form == form and item.holds_on(day))

    def exemptions_of(self, form: str, unit: str, day: date) -> list[Exemption]:
        """Return the exemptions of a unit, named by its code, from a form on a day."""
        return [item for item in self.exemptions if (item.form, item.unit) == (form, unit) and item.holds_on(day)]


def load_obligations(folder: Path) -> Obligations:
    """Read the obligations and exemptions of a catalogue's folder, and no other file of it.

    Raises:
        CatalogError: as `read_obligations`.
    """
    return read_obligations(CatalogFiles(folder))


def read_obligations(files: CatalogFiles) -> Obligations:
    """Read the files of `obligations/`.

    Raises:
        CatalogError: an entry cannot be read, or its days are out of order.
    """
    obligations = OBLIGATIONS.check_document(files.document(OBLIGATIONS_FILE))
    exemptions = EXEMPTIONS.check_document(files.document(EXEMPTIONS_FILE))
    return Obligations(
        tuple(Obligation(**dict(raw)) for raw in obligations), tuple(Exemption(**dict(raw)) for raw in exemptions)
    )
