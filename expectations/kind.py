"""What a rule kind is: which figures it judges, what can be set, and the SQL that finds the wrong cells."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from domain.indicators import Indicator
from domain.rules import FigureName, Setting
from domain.staging import OBSERVATIONS

_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,200}")


def literal(word: str) -> str:
    """A code or id as an SQL literal.

    Raises:
        ValueError: it holds anything but letters, digits, `_`, `.` and `-`.
    """
    if not _WORD.fullmatch(word):
        raise ValueError(f"{word!r} may hold only letters, digits, '_', '.' and '-'")
    return f"'{word}'"


def not_among(of: str, submissions: Collection[int]) -> str:
    """SQL that leaves out these submissions, of the table aliased `of`."""
    listed = ", ".join(str(submission) for submission in sorted(submissions))
    return f"{of}.submission_id NOT IN ({listed})" if listed else "1 = 1"


class BadParameterError(ValueError):
    """A rule gives its kind a parameter that the kind does not take, or leaves out one that it needs."""


@dataclass(frozen=True, slots=True)
class Number:
    """A parameter that is a number; without a default it may be left out unless `required`."""

    default: Decimal | None = None
    required: bool = False

    def literal(self, name: str, value: object) -> str:
        """The number as an SQL literal.

        Raises:
            BadParameterError: the value is no finite number.
        """
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
            raise BadParameterError(f"parameter {name} has to be a number, not {value!r}")
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise BadParameterError(f"parameter {name} has to be a number, not {value!r}") from None
        if not number.is_finite():
            raise BadParameterError(f"parameter {name} has to be finite, not {value!r}")
        return format(number, "f")


@dataclass(frozen=True, slots=True)
class Choice:
    """A parameter that is one of a few words."""

    options: tuple[str, ...]
    default: str | None = None
    required: bool = False

    def literal(self, name: str, value: object) -> str:
        """The word as an SQL literal.

        Raises:
            BadParameterError: the value is none of the options.
        """
        if value not in self.options:
            raise BadParameterError(f"parameter {name} has to be one of {', '.join(self.options)}, not {value!r}")
        return f"'{value}'"


@dataclass(frozen=True, slots=True)
class Figures:
    """A parameter that is a list of figures, standing for their sum; always required."""

    default: None = None
    required: bool = True


Parameter = Number | Choice | Figures


@dataclass(frozen=True, slots=True)
class Query:
    """The SQL pieces of a rule; the rows that satisfy `where` are the wrong ones.

    The judged table is `t`, its submission `s`. `indicator` is the one to name, NULL for a whole report; `sheet` and
    `cell` name the cell to mark, `found` what it holds, `expected` what it should hold; `village` is "" for the form
    sheet. `facts` are further values for the text. `joins` may read other staging tables, always narrowed to the run.
    SQL that SQLite and PostgreSQL both understand.
    """

    where: str
    cell: str
    found: str
    expected: str = "NULL"
    indicator: str = "t.indicator"
    sheet: str = "t.sheet"
    village: str = "t.village"
    joins: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SqlTerms:
    """What a kind's SQL may use: the run's id and the rule's parameters as checked SQL literals, and the catalogue.

    `figures` are the parameters that name figures of the form. `refused` are submissions of the batch that no figure
    is compared with.
    """

    run_id: str
    parameters: Mapping[str, str]
    figures: Mapping[str, Sequence[FigureName]]
    indicators: Collection[Indicator]
    refused: Collection[int] = ()

    def is_not_refused(self, of: str) -> str:
        """SQL that leaves out refused submissions, of the table aliased `of`."""
        return not_among(of, self.refused)

    def indicators_where(self, is_meant: Callable[[Indicator], bool]) -> str:
        """Ids of the catalogue's indicators that are meant, as an SQL list that is never empty."""
        return ", ".join(literal(indicator.id) for indicator in self.indicators if is_meant(indicator)) or "''"


def _any_indicator(_indicator: Indicator) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class RuleKind:
    """One kind of rule.

    `table` is the staging table whose rows are judged. `applies_to` says, by the catalogue's facts, which indicators
    the kind can judge at all (no whole numbers are asked of an indicator with decimals). One `among_accepted`
    compares reports with one another and waits for the other kinds: what they refuse is not compared with.
    """

    query: Callable[[SqlTerms], Query]
    table: str = OBSERVATIONS
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    applies_to: Callable[[Indicator], bool] = _any_indicator
    among_accepted: bool = False

    def figures(self, parameters: Mapping[str, Setting]) -> dict[str, tuple[FigureName, ...]]:
        """The parameters of a rule that name figures."""
        return {name: value for name, value in parameters.items() if isinstance(value, tuple)}

    def literals(self, parameters: Mapping[str, Setting]) -> dict[str, str]:
        """The other parameters, defaults filled in, as SQL literals; one left out without a default is absent.

        Raises:
            BadParameterError: one is unknown, missing or of the wrong type.
        """
        unknown = sorted(set(parameters) - set(self.parameters))
        if unknown:
            raise BadParameterError(f"unknown parameter {', '.join(unknown)}")
        results: dict[str, str] = {}
        for name, parameter in self.parameters.items():
            value = parameters.get(name, parameter.default)
            if isinstance(parameter, Figures) and value is not None:
                if not isinstance(value, tuple):
                    raise BadParameterError(f"parameter {name} has to be a list of figures, not {value!r}")
            elif value is not None and not isinstance(parameter, Figures):
                results[name] = parameter.literal(name, value)
            elif parameter.required:
                raise BadParameterError(f"parameter {name} is missing")
        return results
