"""A form sheet differs from that of the previous period."""

from decimal import Decimal

from domain.staging import SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import comparable_reports


def _query(terms: SqlTerms) -> Query:
    # Reports of few figures may be equal by chance.
    return Query(
        where=f"t.figures >= {terms.parameters['least_figures']}",
        joins=(
            f"""JOIN ({comparable_reports(terms.run_id)}) AS o ON o.unit = t.unit AND o.form = t.form
                AND o.period = t.previous_period AND o.digest = t.digest""",
        ),
        indicator="NULL",
        village="''",
        cell="NULL",
        found="t.period",
        facts={"previous_period": "o.period", "figures": "t.figures"},
    )


KIND = RuleKind(query=_query, table=SUBMISSIONS, parameters={"least_figures": Number(Decimal(1))})
