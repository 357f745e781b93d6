"""Reads the words that communes write around their figures."""

from typing import Annotated

from pydantic import Field

from domain.catalog.fields import FileModel, Words
from domain.catalog.files import CatalogFiles
from domain.catalog.marks import MarkEntry
from domain.catalog.shapes import Kind
from domain.report_words import ReportWords
from domain.texts import normalise_name

FILE = "forms/words.yaml"


class MonthEntry(MarkEntry):
    """A month spelt out, its number and where it comes from."""

    number: Annotated[int, Field(ge=1, le=12, description="a month's number, 1 to 12")]


class ShortKindEntry(MarkEntry):
    """A kind of unit in short, in full, and where it comes from."""

    kind: Words


WordList = Annotated[tuple[MarkEntry, ...], Field(min_length=1, description="a list of words, at least one")]


OptionalWordList = Annotated[tuple[MarkEntry, ...], Field(description="a list of words")]


class WordsFile(FileModel):
    """Words that communes write around their figures."""

    months: Annotated[tuple[MonthEntry, ...], Field(min_length=1, description="a list of months that are spelt out")]
    short_kinds: Annotated[tuple[ShortKindEntry, ...], Field(description="a list of short kinds of units")]
    boards: WordList
    councils: WordList
    other_bodies: WordList
    reporter_labels: WordList
    receiver_labels: WordList
    unit_labels: WordList
    form_labels: WordList
    period_labels: WordList
    due_labels: OptionalWordList = ()
    reference_words: OptionalWordList = ()
    titles: WordList
    other_times: WordList
    sums: WordList
    figures: WordList
    file_words: WordList
    numbered: WordList


WORDS = Kind("words", "Words that communes write around their figures (forms/words.yaml).", WordsFile)


def read_words(files: CatalogFiles) -> ReportWords:
    """Read the words of `forms/words.yaml`.

    Raises:
        CatalogError: a word is listed twice in one list.
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
