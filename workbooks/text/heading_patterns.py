"""Patterns that classify the lines above a form's table by the labels and bodies they begin with."""

import re

from domain.report_words import ReportWords
from workbooks.text.word_patterns import UnitKindPatterns, any_of


class HeadingPatterns:
    """Patterns for normalised heading lines, one for each kind of statement."""

    def __init__(self, words: ReportWords, kinds: UnitKindPatterns) -> None:
        """Compile the patterns from the catalogue's words and the kinds of units."""
        commune = rf"{kinds.communes}\s+\S"
        councils, boards = any_of(words.councils), any_of(words.boards)
        # The Party's committee, the office, the steering committee: a name in such a line counts only if it exists.
        bodies = any_of(words.other_bodies | words.councils)
        self.board = re.compile(rf"(?:{councils}\s*(?:[-,&/]|và)?\s*)?{boards}\s*:?\s+")
        self.other_body = re.compile(rf"{bodies}\b.*?(?P<name>{commune}.*)")
        self.commune = re.compile(commune)
        self.commune_alone = re.compile(rf"{kinds.communes}(?: [^\W\d_]+(?:['’][^\W\d_]+)?){{1,5}}")
        self.unit_named = re.compile(rf"{any_of(words.unit_labels)}\s*:\s*(?:{boards}\s+)?(?P<name>{commune}.*)")
        self.before_above = re.compile(rf"\s*[,;-]\s*(?=(?:{kinds.above})\s)")
        self.above = re.compile(rf"(?:{kinds.above})\s+\S")
        self.reporter = re.compile(
            rf"{any_of(words.reporter_labels)}\s*:\s*(?P<name>.*?)\s*(?:$|[;,]?\s*{any_of(words.receiver_labels)})"
        )
        self.form_number = re.compile(rf"{any_of(words.form_labels)}\s*:?\s*(?P<number>[^\s:()]*\d[^\s:()]*)")
        self.period_line = re.compile(rf"{any_of(words.period_labels)}\s*:\s*(?P<period>.*)")
        self.due_line = re.compile(rf"{any_of(words.due_labels)}\b")
        self.reference = re.compile(rf"\b{any_of(words.reference_words)}\b")
        self.title = re.compile(rf"{any_of(words.titles)}\b")
