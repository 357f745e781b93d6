"""Translation of a rule into one SQL query that returns every wrong cell with its place and facts."""

from collections.abc import Collection, Sequence

from domain.indicators import Indicator
from domain.rules import Rule
from domain.staging import DUE, SUBMISSIONS, columns_of
from expectations.kind import Query, RuleKind, SqlTerms, literal, not_among

GUARD = "submissions_staged"
"""Name of the only expectation that is not a rule: as many submissions are seen as were staged."""

PLACE_COLUMNS = ("submission_id", "last_day", "indicator", "village", "sheet", "cell", "found", "expected")
"""The first columns of every rule's query, in this order; further columns are facts."""


def batch_query(run_id: str, refused: Collection[int] = ()) -> str:
    """Return the query for the staged submissions of a run, without refused ones.

    Raises:
        ValueError: the run's id holds characters that are not allowed.
    """
    columns, run = ", ".join(columns_of(SUBMISSIONS)), literal(run_id)
    narrowed = f" AND {not_among(SUBMISSIONS, refused)}" if refused else ""
    return f"SELECT {columns} FROM {SUBMISSIONS} WHERE run_id = {run}{narrowed}"  # noqa: S608 # checked literals only


def rule_query(
    rule: Rule, kind: RuleKind, run_id: str, indicators: Collection[Indicator], refused: Collection[int] = ()
) -> str:
    """Return the query of a rule over `{batch}`, the submissions to be checked.

    `{batch}` occurs once, with our alias and always in a join: Great Expectations adds its own alias to a query without
    joins.

    Raises:
        ValueError: a parameter is wrong, or an indicator is unknown or does not suit the kind.
    """
    run = literal(run_id)
    literals, figures = kind.literals(rule.parameters), kind.figures(rule.parameters)
    terms = SqlTerms(run, literals, figures, indicators, _judged(rule, kind, indicators), refused)
    query = kind.query(terms)
    scope = "1 = 1" if kind.table == SUBMISSIONS else terms.is_judged("t")
    joins = [f"JOIN {kind.table} AS t ON t.run_id = {run} AND t.submission_id = s.submission_id", *query.joins]
    label = "t.label" if kind.table == DUE else "NULL"
    if kind.table not in {DUE, SUBMISSIONS}:
        label = "due.label"
        joins.append(
            f"LEFT JOIN {DUE} AS due ON due.run_id = {run} AND due.submission_id = t.submission_id"
            " AND due.indicator = t.indicator"
        )
    return "\n".join(
        [
            f"SELECT {_columns(query, label)}",
            "FROM {batch} AS s",
            *joins,
            f"WHERE {scope} AND ({query.where})",
        ]
    )


def _columns(query: Query, label: str) -> str:
    """Return the result's columns: place, value found, value expected, then the facts."""
    place = (
        "t.submission_id", "s.last_day", query.indicator, query.village, query.sheet, query.cell, query.found,
        query.expected,
    )  # fmt: skip
    named = [*zip(PLACE_COLUMNS, place, strict=True), *query.facts.items(), ("label", label)]
    return ", ".join(f"{expression} AS {name}" for name, expression in named)


def _judged(rule: Rule, kind: RuleKind, indicators: Collection[Indicator]) -> Sequence[str]:
    """Return a rule's indicators, by default all that its kind applies to; none where it judges whole reports."""
    if kind.table == SUBMISSIONS:
        if rule.indicators:
            raise ValueError(f"kind {rule.kind} judges whole reports, no indicators")
        return ()
    known = {indicator.id: indicator for indicator in indicators}
    unknown = sorted(set(rule.indicators) - set(known))
    if unknown:
        raise ValueError(f"unknown indicator {', '.join(unknown)}")
    unfit = [indicator for indicator in rule.indicators if not kind.applies_to(known[indicator])]
    if unfit:
        raise ValueError(f"kind {rule.kind} cannot judge {', '.join(unfit)}")
    return rule.indicators or [indicator.id for indicator in known.values() if kind.applies_to(indicator)]
