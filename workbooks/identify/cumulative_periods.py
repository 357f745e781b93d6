"""Detection of headings that cover several months on a monthly form, whose figures are cumulative."""

from domain.layouts import Form
from domain.periods import Frequency
from domain.texts import says
from workbooks.cells.findings import Findings
from workbooks.identify.hints import months_in_words
from workbooks.identify.sources import IdentificationSources
from workbooks.text.days import covers_many_months, date_range_in, without_dates
from workbooks.text.heading_vocabulary import HeadingVocabulary

_LONGEST_MONTH = 45
"""In days; months of other calendars, or a day counted twice, stay far below."""


def note_cumulative_lines(
    form: Form, vocabulary: HeadingVocabulary, sources: IdentificationSources, findings: Findings
) -> None:
    """Note lines above the tables that cover several months; lines that name the period are checked more strictly."""
    for heading in sources.headings if form.frequency is Frequency.MONTH else ():
        named = {line.cell for line in heading.periods}
        noted: set[str] = set()
        for line in heading.lines:
            text = vocabulary.without_other_times(line.text)
            is_period_of_sums = line.cell in named and _speaks_of_sums(text, vocabulary)
            is_sum = covers_many_months(text) or is_period_of_sums or _is_long(line.text)
            if is_sum and line.cell not in noted:
                noted.add(line.cell)
                findings.issue("period_cumulative", line.place, found=line.shown, expected=form.number)


def _speaks_of_sums(text: str, vocabulary: HeadingVocabulary) -> bool:
    months = months_in_words(without_dates(text))
    return says(text, vocabulary.words.sums) or len({month.last_month for month in months}) > 1


def _is_long(text: str) -> bool:
    span = date_range_in(text)
    return span is not None and (span[1] - span[0]).days > _LONGEST_MONTH
