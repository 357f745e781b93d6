"""No figure is below zero."""

from expectations.figures import PARTS, is_cell_of_its_own, part
from expectations.kind import Query, RuleKind, SqlTerms


def _query(_terms: SqlTerms) -> Query:
    return Query(
        where=f"{is_cell_of_its_own()} AND {part('number')} < 0",
        joins=(PARTS,),
        cell=part("cell"),
        found=part("number"),
    )


KIND = RuleKind(query=_query)
