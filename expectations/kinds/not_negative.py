"""No figure is below zero."""

from expectations.kind import Query, RuleKind, SqlTerms
from expectations.sql_fragments import PARTS, is_cell_of_its_own, part


def _query(_terms: SqlTerms) -> Query:
    return Query(
        where=f"{is_cell_of_its_own()} AND {part('number')} < 0",
        joins=(PARTS,),
        cell=part("cell"),
        found=part("number"),
    )


KIND = RuleKind(query=_query)
