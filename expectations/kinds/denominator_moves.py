"""A population does not change from one period to the next by more than the rule allows."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from domain.staging import HISTORY
from expectations.kind import Number, Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
    over, least = terms.parameters["over_percent"], terms.parameters["least_denominator"]
    return Query(
        where=f"""t.village = '' AND t.denominator > 0 AND h.denominator >= {least}
            AND 100.0 * ABS(t.denominator - h.denominator) > {over} * h.denominator""",
        joins=(
            f"""JOIN {HISTORY} AS h ON h.run_id = {terms.run_id} AND h.submission_id = t.submission_id
                AND h.village = '' AND h.indicator = t.indicator AND h.steps_back = 1""",
        ),
        cell="t.denominator_cell",
        found="t.denominator",
        expected="h.denominator",
        facts={
            "denominator": "t.denominator",
            "previous_period": "h.period",
            "percent": "ROUND(100.0 * (t.denominator - h.denominator) / h.denominator, 1)",
        },
    )


def _applies_to(indicator: Indicator) -> bool:
    # Denominators counted anew each period (dossiers received) may change; those of the register have another kind.
    is_level = indicator.flow is Flow.STOCK and indicator.denominator is not None
    return is_level and indicator.register_level is None and not indicator.denominator_is_target


KIND = RuleKind(
    query=_query,
    parameters={"over_percent": Number(required=True), "least_denominator": Number(Decimal(1))},
    applies_to=_applies_to,
)
