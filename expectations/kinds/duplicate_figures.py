"""Two units of one area do not send the same figures for one period."""

from decimal import Decimal

from domain.staging import SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.reports import others


def _query(terms: SqlTerms) -> Query:
    # Which of the two is whose, nobody can tell from here: each is asked. Reports of few figures may well be equal.
    return Query(
        where=f"t.figures >= {terms.parameters['least_figures']}",
        joins=(
            f"""JOIN ({others(terms.run_id)}) AS o ON o.unit <> t.unit AND o.area = t.area AND o.form = t.form
                AND o.period = t.period AND o.digest = t.digest""",
        ),
        indicator="NULL",
        village="''",
        cell="NULL",
        found="o.unit_name",
        facts={"other_unit": "o.unit_name", "figures": "t.figures"},
    )


KIND = RuleKind(query=_query, table=SUBMISSIONS, parameters={"least_figures": Number(Decimal(1))})
