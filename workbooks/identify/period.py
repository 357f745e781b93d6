"""Identification of a report's period from stamp, heading, dates in the heading, file name and folders."""

from collections.abc import Iterable, Iterator
from datetime import date

from domain.errors import UsageError
from domain.layouts import Form
from domain.periods import Calendar, Frequency, Period, parse_period
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import KEY_PERIOD
from workbooks.identify.agreement import FILE_NAME, FOLDER, STAMP, SourceReading, agree, note_disagreement
from workbooks.identify.cumulative_periods import note_cumulative_lines
from workbooks.identify.hints import YEARS, Hints, months_in_words, period_in_words, periods_in_name, periods_of_folder
from workbooks.identify.sources import IdentificationSources, Stamp
from workbooks.text.days import date_range_in, days_in, last_day_in, signing_date
from workbooks.text.heading_vocabulary import HeadingVocabulary

_CHOICES_NAMED = 5


def identify_period(
    form: Form, calendar: Calendar, vocabulary: HeadingVocabulary, sources: IdentificationSources, findings: Findings
) -> Period | None:
    """Return the period of a report; None with an issue if sources disagree or leave it open."""
    readings = _readings(form, calendar, vocabulary, sources, findings)
    folders = list(_periods_of_folders(form, vocabulary, sources.hints))
    note_cumulative_lines(form, vocabulary, sources, findings)
    agreement = agree(readings)
    if agreement.value is None and not agreement.rivals:
        readings += folders
        agreement = agree(readings)
    if agreement.rivals:
        note_disagreement("period_disagrees", agreement.rivals, readings, findings)
    elif agreement.choices or (agreement.value is None and not sources.stamp.of(KEY_PERIOD)):
        # A file name without a year allows every year.
        named = sorted(choice.id for choice in agreement.choices) if len(agreement.choices) <= _CHOICES_NAMED else []
        findings.issue("period_missing", found=", ".join(named) or "–")
    elif agreement.value is not None and agreement.value.frequency is not form.frequency:
        findings.issue("period_of_other_kind", found=agreement.value.id, expected=form.number)
        return None
    elif agreement.value is not None:
        _check_days(agreement.value, calendar, sources, findings)
        _check_folders(agreement.value, folders, findings)
        _check_tab(agreement.value, vocabulary, sources, findings)
    return agreement.value


def stated_periods(
    form: Form, calendar: Calendar, vocabulary: HeadingVocabulary, sources: IdentificationSources
) -> frozenset[Period]:
    """Return the periods of the form's frequency that sources state beyond doubt, whether or not these agree."""
    readings = _readings(form, calendar, vocabulary, sources, Findings({}))
    stated = (period for reading in readings if len(reading.values) == 1 for period in reading.values)
    return frozenset(period for period in stated if period.frequency is form.frequency)


def _readings(
    form: Form, calendar: Calendar, vocabulary: HeadingVocabulary, sources: IdentificationSources, findings: Findings
) -> list[SourceReading[Period]]:
    """Return the readings of all sources but the folders."""
    file_name = sources.hints.file_name
    return [
        *_stamped_periods(sources.stamp, findings),
        *_headed_periods(form, vocabulary, sources, findings),
        *_periods_of_days(form, calendar, sources),
        *_periods_due(form, calendar, sources),
        _named_periods(form, FILE_NAME, file_name, periods_in_name(file_name, vocabulary)),
    ]


def _stamped_periods(stamp: Stamp, findings: Findings) -> Iterator[SourceReading[Period]]:
    for fact in stamp.of(KEY_PERIOD):
        try:
            yield SourceReading(STAMP, fact.text, frozenset({parse_period(fact.text)}))
        except UsageError:
            findings.issue("stamp_unreadable", found=fact.text, where=fact.place)


def _headed_periods(
    form: Form, vocabulary: HeadingVocabulary, sources: IdentificationSources, findings: Findings
) -> Iterator[SourceReading[Period]]:
    for line in (line for heading in sources.headings for line in heading.periods):
        periods = _periods_in(form, vocabulary, vocabulary.without_other_times(line.text))
        if periods:
            yield SourceReading(line.address, line.shown, frozenset(_meant(form, periods)), line.place)
        else:
            findings.issue("period_unreadable", line.place, found=line.shown)


def _periods_in(form: Form, vocabulary: HeadingVocabulary, text: str) -> frozenset[Period]:
    """Return the periods named in a heading line; of several months other sources decide which is meant."""
    months = months_in_words(text) if form.frequency is Frequency.MONTH else frozenset()
    if len({(month.year, month.last_month) for month in months}) > 1:
        return months
    period = period_in_words(text)
    # "T5/2025", or "Tháng 5" without its year, as in file names.
    return frozenset({period}) if period is not None else periods_in_name(text, vocabulary)


def _meant(form: Form, periods: frozenset[Period]) -> Iterator[Period]:
    """Yield the periods that a heading can mean: "NĂM 2025" above a monthly form allows every month of the year."""
    for period in periods:
        is_year_alone = period.frequency is Frequency.YEAR and form.frequency is not Frequency.YEAR
        yield from period.parts(form.frequency) if is_year_alone else (period,)


def _periods_of_days(form: Form, calendar: Calendar, sources: IdentificationSources) -> Iterator[SourceReading[Period]]:
    """Yield for "từ 15/4/2025 đến 14/5/2025" the period of exactly these dates, if the form's calendar has one."""
    for line in (line for heading in sources.headings for line in heading.days):
        if span := date_range_in(line.text):
            periods = _periods_of(form.frequency, calendar, *span)
            yield SourceReading(line.address, line.shown, periods, line.place)


def _periods_due(form: Form, calendar: Calendar, sources: IdentificationSources) -> Iterator[SourceReading[Period]]:
    """Yield for "Hạn gửi báo cáo: 15/6/2025" the last period that was over by then."""
    for line in (line for heading in sources.headings for line in heading.due):
        days = days_in(line.text, YEARS)
        periods = frozenset(_last_over(form.frequency, calendar, day) for day in days)
        yield SourceReading(line.address, line.shown, periods, line.place)


def _last_over(frequency: Frequency, calendar: Calendar, day: date) -> Period:
    around = (Period(day.year + step, month, frequency) for step in (-1, 0) for month in range(1, 13))
    return max(period for period in around if period.ends(frequency) and calendar.last_day(period) < day)


def _periods_of(frequency: Frequency, calendar: Calendar, first: date, last: date) -> frozenset[Period]:
    around = (Period(last.year + step, month, frequency) for step in (0, 1) for month in range(1, 13))
    return frozenset(
        period
        for period in around
        if period.ends(frequency) and (calendar.first_day(period), calendar.last_day(period)) == (first, last)
    )


def _check_days(period: Period, calendar: Calendar, sources: IdentificationSources, findings: Findings) -> None:
    """Note date ranges that differ from the period's, and signatures dated before the period; they name no other."""
    first, last = calendar.first_day(period), calendar.last_day(period)
    expected = f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"
    for line in (line for heading in sources.headings for line in heading.days):
        span = date_range_in(line.text)
        if span is not None and span != (first, last):
            stated = f"{span[0]:%d/%m/%Y} – {span[1]:%d/%m/%Y}"
            findings.issue("period_days_differ", line.place, found=stated, expected=expected, period=period.id)
        until = last_day_in(line.text)
        if until is not None and not first <= until <= last:
            shown = f"… – {until:%d/%m/%Y}"
            findings.issue("period_days_differ", line.place, found=shown, expected=expected, period=period.id)
    following = calendar.last_day(period.shift(1))
    for line in (line for heading in sources.headings for line in heading.signed):
        day = signing_date(line.text)
        if day is not None and (day <= first or day > following):
            code = "signed_early" if day <= first else "signed_late"
            findings.issue(code, line.place, found=f"{day:%d/%m/%Y}", expected=expected, period=period.id)


def _check_folders(period: Period, folders: Iterable[SourceReading[Period]], findings: Findings) -> None:
    """Note the innermost folder of another period: a late report lawfully lies there, and last month's by mistake."""
    for folder in folders:
        if folder.values and period not in folder.values:
            findings.issue("period_folder_differs", found=folder.text, expected=period.id)
            return


def _check_tab(
    period: Period, vocabulary: HeadingVocabulary, sources: IdentificationSources, findings: Findings
) -> None:
    """Note a form on a tab of another period: last month's tab is often kept, or this month's form was put there."""
    for line in (line for heading in sources.headings[:1] for line in heading.lines[:1]):
        named = periods_in_name(line.sheet, vocabulary)
        if named and period not in named and all(each.frequency is period.frequency for each in named):
            findings.issue("period_tab_differs", FigurePlace(line.sheet, ""), found=line.sheet, expected=period.id)


def hinted_periods(form: Form, vocabulary: HeadingVocabulary, hints: Hints) -> Iterator[SourceReading[Period]]:
    """Yield the periods named by the file name and the folders, the innermost first."""
    yield _named_periods(form, FILE_NAME, hints.file_name, periods_in_name(hints.file_name, vocabulary))
    yield from _periods_of_folders(form, vocabulary, hints)


def _periods_of_folders(form: Form, vocabulary: HeadingVocabulary, hints: Hints) -> Iterator[SourceReading[Period]]:
    for depth in range(len(hints.folders), 0, -1):
        yield _named_periods(form, FOLDER, *periods_of_folder(hints.folders[:depth], vocabulary))


def _named_periods(form: Form, place: str, name: str, periods: frozenset[Period]) -> SourceReading[Period]:
    if form.frequency is Frequency.YEAR and len(name) == 4 and name.isdigit():
        periods |= {Period(int(name), 12, Frequency.YEAR)}
    # A folder of a quarter holds monthly reports too: only periods of the form's frequency count.
    return SourceReading(place, name, frozenset(period for period in periods if period.frequency is form.frequency))
