"""Two units of an area do not report identical figures for a period."""

from decimal import Decimal

from domain.staging import SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import comparable_reports


def _query(terms: SqlTerms) -> Query:
    # Which report is the copy is unknown, so both match. Reports of few figures may be equal by chance.
    return Query(
        where=f"t.figures >= {terms.parameters['least_figures']}",
        joins=(
            f"""JOIN ({comparable_reports(terms.run_id)}) AS o ON o.unit <> t.unit AND o.area = t.area
                AND o.form = t.form AND o.period = t.period AND o.digest = t.digest""",
        ),
        indicator="NULL",
        village="''",
        cell="NULL",
        found="o.unit_name",
        facts={"other_unit": "o.unit_name", "figures": "t.figures"},
    )


KIND = RuleKind(query=_query, table=SUBMISSIONS, parameters={"least_figures": Number(Decimal(1))})
