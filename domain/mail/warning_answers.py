"""What a sender writes by mail about warnings: a line each, with the code that our mail stated."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from domain.issues import Issue, Severity, without_shadow

LONGEST_ANSWER: Final = 4000
_MOST_ANSWERS: Final = 100
_CODE: Final = re.compile(
    r"\s*(\d{1,12})(?:-(\d{1,4}))?\.(\d{1,4})\s*[:.)–-]?\s*(?:[đd][uú]ng\b\W{0,3}(.*))?", re.IGNORECASE
)
_BECAUSE: Final = re.compile(r"v[iì]\b[\s:,;]*(.*)", re.IGNORECASE)
_ENDS: Final = re.compile(
    r"\s*(?:$|>|--|__|\*{0,2}(?:from|sent|to|từ|gửi|đến)\s*:|(?:on|vào)\b.*\b(?:wrote|viết)\b)", re.IGNORECASE
)
"""Lines after which an answer does not go on: empty, quoted, a signature, the head of a quoted mail."""


@dataclass(frozen=True, slots=True)
class WarningCode:
    """The code of a warning: the number of the submission, of the judgement that found it, and of the warning in it."""

    submission: int
    judgement: int
    number: int

    def __str__(self) -> str:
        judgement = f"-{self.judgement}" if self.judgement > 1 else ""
        return f"{self.submission}{judgement}.{self.number}"


@dataclass(frozen=True, slots=True)
class WarningAnswer:
    """What is written about a warning; `reason` is empty where none is stated."""

    code: WarningCode
    reason: str


def numbered_warnings(issues: Iterable[Issue]) -> Mapping[int, Issue]:
    """Return the warnings of a judgement by number, from 1; of a rule and indicator the first."""
    firsts: dict[tuple[str, str | None], Issue] = {}
    for issue in without_shadow(issues):
        if issue.severity is Severity.WARNING:
            firsts.setdefault((issue.code, issue.indicator), issue)
    return dict(enumerate(firsts.values(), 1))


def answers_in(text: str) -> tuple[WarningAnswer, ...]:
    """Return what a mail answers, of each warning the first: lines such as “57.1: đúng, vì …”.

    An answer goes on until an empty line, a quotation or the next answer. What is quoted by “>” is left out; our own
    mail, quoted without any mark, has no such line.
    """
    answers: dict[WarningCode, str] = {}
    lines = iter(unicodedata.normalize("NFC", text).splitlines())
    code: WarningCode | None = None
    for line in lines:
        match = _CODE.fullmatch(line)
        if match is not None:
            code = _code_of(match) if match[4] is not None else None
            if code is None or code in answers or len(answers) == _MOST_ANSWERS:
                code = None
                continue
            because = _BECAUSE.match(match[4])
            answers[code] = because[1] if because else match[4]
        elif code is not None and _ENDS.match(line) is None:
            answers[code] = f"{answers[code]} {line}"
        else:
            code = None
    return tuple(WarningAnswer(code, _reason(words)) for code, words in answers.items())


def _code_of(match: re.Match[str]) -> WarningCode:
    return WarningCode(int(match[1]), int(match[2] or 1), int(match[3]))


def _reason(words: str) -> str:
    """Return the words of a reason; "" where there is no letter among them."""
    text = " ".join(words.split())[:LONGEST_ANSWER]
    return text if any(each.isalpha() for each in text) else ""
