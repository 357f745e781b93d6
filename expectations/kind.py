"""Definition of rule kinds: the figures that a kind applies to, its parameters, and its SQL."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from domain.indicators import Indicator
from domain.rules import FigureName, Setting
from domain.staging import OBSERVATIONS

_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,200}")


def literal(word: str) -> str:
    """Return a code or id as an SQL literal.

    Raises:
        ValueError: it holds anything but letters, digits, `_`, `.` and `-`.
    """
    if not _WORD.fullmatch(word):
        raise ValueError(f"{word!r} may hold only letters, digits, '_', '.' and '-'")
    return f"'{word}'"


def not_among(of: str, submissions: Collection[int]) -> str:
    """Return SQL that leaves out these submissions, of the table aliased `of`."""
    listed = ", ".join(str(submission) for submission in sorted(submissions))
    return f"{of}.submission_id NOT IN ({listed})" if listed else "1 = 1"


class BadParameterError(ValueError):
    """A rule has a parameter that its kind does not know, or lacks a required one."""


@dataclass(frozen=True, slots=True)
class Number:
    """A parameter that is a number; without a default it may be left out unless `required`."""

    default: Decimal | None = None
    required: bool = False

    def literal(self, name: str, value: object) -> str:
        """Return the number as an SQL literal.

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
        """Return the word as an SQL literal.

        Raises:
            BadParameterError: the value is none of the options.
        """
        if value not in self.options:
            raise BadParameterError(f"parameter {name} has to be one of {', '.join(self.options)}, not {value!r}")
        return f"'{value}'"


@dataclass(frozen=True, slots=True)
class Figures:
    """A parameter that is a list of figures to be summed; always required."""

    default: None = None
    required: bool = True


Parameter = Number | Choice | Figures


@dataclass(frozen=True, slots=True)
class Query:
    """The SQL of a rule; rows that satisfy `where` are wrong.

    The checked table is `t`, its submission `s`. `indicator` names the indicator, NULL for a whole report; `sheet` and
    `cell` the cell to mark, `found` its value, `expected` the expected value; `village` is "" for the form sheet.
    `facts` are further values for the text. `joins` may read other staging tables, always narrowed to the run. The SQL
    has to be valid in SQLite and PostgreSQL.
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
    """Terms for a kind's SQL: the run's id and the rule's parameters as checked SQL literals, and the catalogue.

    `figures` are the parameters that name figures of the form. `judged` are the rule's own indicators, none for a kind
    that judges whole reports. `refused` are submissions of the batch that are left out of comparisons.
    """

    run_id: str
    parameters: Mapping[str, str]
    figures: Mapping[str, Sequence[FigureName]]
    indicators: Collection[Indicator]
    judged: Collection[str]
    refused: Collection[int] = ()

    def is_judged(self, of: str) -> str:
        """Return SQL that leaves out other indicators than the rule's, of the table aliased `of`."""
        return f"{of}.indicator IN ({', '.join(map(literal, self.judged))})" if self.judged else "1 = 0"

    def is_not_refused(self, of: str) -> str:
        """Return SQL that leaves out refused submissions, of the table aliased `of`."""
        return not_among(of, self.refused)

    def figure(self, name: str) -> FigureName:
        """Return the figure that a parameter names.

        Raises:
            BadParameterError: it names several.
        """
        if len(self.figures[name]) != 1:
            raise BadParameterError(f"parameter {name} has to name one figure")
        return self.figures[name][0]

    def indicators_where(self, predicate: Callable[[Indicator], bool]) -> str:
        """Return the ids of the indicators that satisfy the predicate, as an SQL list that is never empty."""
        return ", ".join(literal(indicator.id) for indicator in self.indicators if predicate(indicator)) or "''"


def _any_indicator(_indicator: Indicator) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class RuleKind:
    """One kind of rule.

    `table` is the staging table whose rows are checked. `applies_to` tells which indicators the kind applies to (whole
    numbers, say, are not required of an indicator with decimals). A kind `among_accepted` compares reports with one
    another; it is evaluated after the others and ignores reports that these refuse.
    """

    query: Callable[[SqlTerms], Query]
    table: str = OBSERVATIONS
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    applies_to: Callable[[Indicator], bool] = _any_indicator
    among_accepted: bool = False

    def figures(self, parameters: Mapping[str, Setting]) -> dict[str, tuple[FigureName, ...]]:
        """Return the parameters of a rule that name figures."""
        return {name: value for name, value in parameters.items() if isinstance(value, tuple)}

    def literals(self, parameters: Mapping[str, Setting]) -> dict[str, str]:
        """Return the other parameters, with defaults, as SQL literals; those left out without a default are absent.

        Raises:
            BadParameterError: a parameter is unknown, missing or of the wrong type.
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
