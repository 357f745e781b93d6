"""A figure lies between two bounds; negative figures are left to `not_negative`."""

from decimal import Decimal

from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import PARTS, is_cell_of_its_own, part


def _query(terms: SqlTerms) -> Query:
    number, least, most = part("number"), terms.parameters["minimum"], terms.parameters["maximum"]
    return Query(
        where=f"{is_cell_of_its_own()} AND {number} >= 0 AND ({number} < {least} OR {number} > {most})",
        joins=(PARTS,),
        cell=part("cell"),
        found=part("number"),
        expected=f"(CASE WHEN {number} > {most} THEN {most} ELSE {least} END)",
    )


KIND = RuleKind(query=_query, parameters={"minimum": Number(Decimal(0)), "maximum": Number(required=True)})
