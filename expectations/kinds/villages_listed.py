"""The village sheet has a line for each village of the register."""

from domain.indicators import Indicator
from domain.staging import OBSERVATIONS, REGISTER
from domain.units import Level
from expectations.kind import Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
    # A duplicate village does not make up for a missing one. A sheet without lines is left to `required_indicator`.
    villages = f"""SELECT submission_id, indicator, COUNT(DISTINCT village) AS listed, MIN(sheet) AS sheet
        FROM {OBSERVATIONS} WHERE run_id = {terms.run_id} AND village <> '' GROUP BY submission_id, indicator"""  # noqa: S608 # checked literals only
    return Query(
        where="v.listed <> t.denominator",
        joins=(f"JOIN ({villages}) AS v ON v.submission_id = t.submission_id AND v.indicator = t.indicator",),
        village="''",
        sheet="v.sheet",
        cell="NULL",
        found="v.listed",
        expected="t.denominator",
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.collected_at is Level.VILLAGE and indicator.register_level is Level.VILLAGE


KIND = RuleKind(query=_query, table=REGISTER, applies_to=_applies_to)
