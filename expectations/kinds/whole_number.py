"""A count is a whole number, for indicators without decimals in the catalogue."""

from domain.indicators import Indicator
from expectations.kind import Query, RuleKind, SqlTerms
from expectations.sql_fragments import PARTS, is_cell_of_its_own, part


def _query(_terms: SqlTerms) -> Query:
    # Times 1.0: SQLite rounds to a float, so that a large integer would differ from its own rounding.
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
