"""An indicator that is due has figures: no line is missing, no figure cell is blank."""

from domain.indicators import Indicator
from domain.observations import CellState
from domain.staging import DUE, OBSERVATIONS
from domain.units import Level
from expectations.kind import Choice, Query, RuleKind, SqlTerms
from expectations.sql_fragments import PARTS, is_cell_of_its_own, part


def _query(terms: SqlTerms) -> Query:
    state = part("state", of="o")
    # An indicator is expected where it is collected: on the form's line, or on every line of the village sheet.
    is_of_villages = f"t.indicator IN ({terms.indicators_where(_is_of_villages)})"
    # "Not applicable" is accepted for an optional indicator; a required one has to have a figure.
    # An unreadable cell is not a missing one: reading has reported it.
    return Query(
        where=f"""t.absence = {terms.parameters["absence"]} AND {is_cell_of_its_own("o")} AND (
            (o.submission_id IS NULL AND p.part = 'numerator')
            OR ({state} = '{CellState.BLANK}' AND (t.absence = 'refuse' OR o.state <> '{CellState.NOT_APPLICABLE}'))
            OR ({state} = '{CellState.NOT_APPLICABLE}' AND t.absence = 'refuse'))""",
        joins=(
            f"""LEFT JOIN {OBSERVATIONS} AS o ON o.run_id = {terms.run_id} AND o.submission_id = t.submission_id
                AND o.indicator = t.indicator AND (o.village <> '') = ({is_of_villages})""",
            PARTS,
        ),
        village="COALESCE(o.village, '')",
        sheet="COALESCE(o.sheet, s.sheet)",
        cell=part("cell", of="o"),
        found=f"NULLIF({part('raw', of='o')}, '')",
    )


def _is_of_villages(indicator: Indicator) -> bool:
    return indicator.collected_at is Level.VILLAGE


KIND = RuleKind(
    query=_query,
    table=DUE,
    parameters={"absence": Choice(("refuse", "warn"), required=True)},
)
