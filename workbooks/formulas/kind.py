"""Definition of a rule kind as formulas: the conditions of a form's lines, and the cells that they mark."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from domain.indicators import Indicator
from domain.rules import FigureName, FigureRole, Rule
from workbooks.formulas.lines import FigureCell, FormLine


@dataclass(frozen=True, slots=True)
class Check:
    """A condition under which cells of a line are wrong.

    `marked` are the cells with the condition of each; `facts` are formulas for what the rule's message names
    beside cell and label. `is_absence`: the cells are wrong because they are not filled in.
    """

    line: FormLine
    marked: tuple[tuple[FigureCell, str], ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    is_absence: bool = False


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """A rule and the lines that it may look at: `covered` by it, all lines of the `form`, and all of the `villages`."""

    rule: Rule
    covered: tuple[FormLine, ...]
    form: Mapping[str, FormLine]
    villages: tuple[FormLine, ...]
    indicators: Collection[Indicator]

    def number(self, name: str, default: float | None = None) -> str | None:
        """Return a parameter that is a number as it stands in a formula."""
        value = self.rule.parameters.get(name, default)
        return None if value is None else str(value)

    def word(self, name: str, default: str) -> str:
        """Return a parameter that is one of a few words."""
        return str(self.rule.parameters.get(name, default))

    def figures(self, name: str) -> tuple[FigureName, ...]:
        """Return the figures that a parameter names."""
        value = self.rule.parameters[name]
        return value if isinstance(value, tuple) else ()

    def cell(self, figure: FigureName) -> FigureCell | None:
        """Return the cell of a figure; None if the form does not ask for it."""
        line = self.form.get(figure.indicator)
        if line is None:
            return None
        return line.numerator if figure.role is FigureRole.NUMERATOR else line.denominator


def _any_indicator(_indicator: Indicator) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class FormulaKind:
    """A rule kind as formulas; `applies_to` as in `expectations.kind.RuleKind`."""

    checks: Callable[[RuleTerms], Iterator[Check]]
    applies_to: Callable[[Indicator], bool] = _any_indicator
