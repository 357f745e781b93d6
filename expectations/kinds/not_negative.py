"""No figure is below zero."""

from expectations.figures import PARTS, is_cell_of_its_own, part
from expectations.kind import Kind, Query, Terms


def _query(_terms: Terms) -> Query:
    return Query(
        where=f"{is_cell_of_its_own()} AND {part('number')} < 0",
        joins=(PARTS,),
        cell=part("cell"),
        found=part("number"),
    )


KIND = Kind(query=_query)
