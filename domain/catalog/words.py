"""Reads the words that communes write around their figures."""

from domain.catalog.files import CatalogFiles
from domain.catalog.kinds import WORDS
from domain.catalog.models import MonthEntry, ShortKindEntry, WordsFile
from domain.report_words import ReportWords
from domain.texts import normalise_name

FILE = "forms/words.yaml"


def read_words(files: CatalogFiles) -> ReportWords:
    """Read the words of `forms/words.yaml`.

    Raises:
        CatalogError: a word stands twice in one list.
    """
    document = files.document(FILE)
    data = WORDS.check_document(document)
    results: dict[str, dict[str, int | str]] = {name: {} for name in WordsFile.model_fields}
    for name, texts in results.items():
        for place, entry in enumerate(getattr(data, name)):
            number = entry.number if isinstance(entry, MonthEntry) else ""
            meaning = normalise_name(entry.kind) if isinstance(entry, ShortKindEntry) else number
            document.add_once(texts, normalise_name(entry.text), meaning, name, place, "text")
    months, short_kinds = results.pop("months"), results.pop("short_kinds")
    return ReportWords(
        months={text: int(number) for text, number in months.items()},
        short_kinds={text: str(kind) for text, kind in short_kinds.items()},
        **{name: frozenset(texts) for name, texts in results.items()},
    )
