"""Reads the words that communes write around their figures."""

from domain.catalog.entries import add_once
from domain.catalog.files import CatalogFiles
from domain.catalog.kinds import WORDS
from domain.catalog.models import MonthEntry, ShortKindEntry, WordsFile
from domain.report_words import ReportWords
from domain.texts import normalise_name
from domain.units import UnitRegister

FILE = "forms/words.yaml"


def read_words(files: CatalogFiles, units: UnitRegister) -> ReportWords:
    """The words of `forms/words.yaml`.

    Raises:
        CatalogError: a word stands twice in one list, or no unit is of the kind that is given in short.
    """
    document = files.document(FILE)
    data = WORDS.check_document(document)
    results: dict[str, dict[str, int | str]] = {name: {} for name in WordsFile.model_fields}
    kinds = {unit.kind for unit in units.units}
    for name, texts in results.items():
        for place, entry in enumerate(getattr(data, name)):
            kind = entry.kind if isinstance(entry, ShortKindEntry) else None
            if kind is not None and kind not in kinds:
                raise document.error(f"no unit is of the kind {kind!r}", "use a kind of units/", name, place, "kind")
            number = entry.number if isinstance(entry, MonthEntry) else ""
            meaning = normalise_name(kind) if kind is not None else number
            add_once(texts, normalise_name(entry.text), meaning, document, name, place, "text")
    months, short_kinds = results.pop("months"), results.pop("short_kinds")
    return ReportWords(
        months={text: int(number) for text, number in months.items()},
        short_kinds={text: str(kind) for text, kind in short_kinds.items()},
        **{name: frozenset(texts) for name, texts in results.items()},
    )
