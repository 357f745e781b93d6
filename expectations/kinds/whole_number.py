"""A count is a whole number, for every indicator that the catalogue gives no decimals."""

from domain.indicators import Indicator
from expectations.figures import PARTS, is_cell_of_its_own, part
from expectations.kind import Query, RuleKind, SqlTerms


def _query(_terms: SqlTerms) -> Query:
    # Times 1.0: SQLite rounds to a float, and an integer too long for one would differ from its own rounding.
    number = f"{part('number')} * 1.0"
    return Query(
        where=f"{is_cell_of_its_own()} AND {number} <> ROUND({number})",
        joins=(PARTS,),
        cell=part("cell"),
        found=part("number"),
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.decimals == 0


KIND = RuleKind(query=_query, applies_to=_applies_to)
