"""The denominators of different populations are not all the same number."""

from collections import defaultdict
from collections.abc import Iterator

from domain.indicators import Indicator
from workbooks.formulas.expressions import count, either
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms


def _checks(terms: RuleTerms) -> Iterator[Check]:
    least, percent = terms.number("least_populations", 4), terms.number("least_percent", 50)
    populations: dict[str, list[str]] = defaultdict(list)
    for line in terms.form.values():
        if line.denominator is not None and _applies_to(line.indicator):
            populations[line.indicator.denominator_kind].append(line.denominator.number)
    known = count(either(f"N({number})>0" for number in numbers) for numbers in populations.values())
    earlier: list[str] = []
    for line in terms.covered:
        if line.denominator is None or line.is_of_village:
            continue
        own = line.denominator.number
        counted = count(either(f"{number}={own}" for number in numbers) for numbers in populations.values())
        # Of all cells that hold the number the first is marked.
        is_first = f"{count(f'{number}={own}' for number in earlier)}=0"
        where = f"AND(N({own})>0,{is_first},{counted}>={least},100*{counted}>={percent}*{known})"
        lines = count(f"{number}={own}" for numbers in populations.values() for number in numbers)
        yield Check(line, ((line.denominator, where),), {"found": own, "lines": lines})
        earlier.append(own)


def _applies_to(indicator: Indicator) -> bool:
    return indicator.denominator is not None and indicator.register_level is None


KIND = FormulaKind(_checks, _applies_to)
