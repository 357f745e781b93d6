"""One rule as one SQL query that returns every wrong cell, with what is needed to find and explain it."""

from collections.abc import Collection, Sequence

from domain.indicators import Indicator
from domain.rules import Rule
from domain.staging import DUE, SUBMISSIONS, columns_of
from expectations.kind import Query, RuleKind, SqlTerms, literal, not_among

GUARD = "submissions_staged"
"""Name of the one expectation that is no rule: as many submissions are seen as were staged."""

PLACE_COLUMNS = ("submission_id", "last_day", "indicator", "village", "sheet", "cell", "found", "expected")
"""Columns that every rule's query returns first, in this order; all further ones are facts."""


def batch_query(run_id: str, refused: Collection[int] = ()) -> str:
    """The staged submissions of a run; with some of them refused, the others.

    Raises:
        ValueError: the run's id is no plain word.
    """
    columns, run = ", ".join(columns_of(SUBMISSIONS)), literal(run_id)
    narrowed = f" AND {not_among(SUBMISSIONS, refused)}" if refused else ""
    return f"SELECT {columns} FROM {SUBMISSIONS} WHERE run_id = {run}{narrowed}"  # noqa: S608 # checked literals only


def rule_query(
    rule: Rule, kind: RuleKind, run_id: str, indicators: Collection[Indicator], refused: Collection[int] = ()
) -> str:
    """The query of a rule, over `{batch}`: the submissions to be judged.

    There is one `{batch}`, always named by us and always joined: Great Expectations adds an alias of its own to a
    query that has no join.

    Raises:
        ValueError: a parameter is wrong, or an indicator is unknown or not the kind's to judge.
    """
    run = literal(run_id)
    literals, figures = kind.literals(rule.parameters), kind.figures(rule.parameters)
    scope = _scope(rule, kind, indicators)
    query = kind.query(SqlTerms(run, literals, figures, indicators, refused))
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
    """The result's columns: the place, what was found and expected, then the facts."""
    place = (
        "t.submission_id", "s.last_day", query.indicator, query.village, query.sheet, query.cell, query.found,
        query.expected,
    )  # fmt: skip
    named = [*zip(PLACE_COLUMNS, place, strict=True), *query.facts.items(), ("label", label)]
    return ", ".join(f"{expression} AS {name}" for name, expression in named)


def _scope(rule: Rule, kind: RuleKind, indicators: Collection[Indicator]) -> str:
    """The condition that narrows a rule to the indicators it covers and its kind can judge."""
    if kind.table == SUBMISSIONS:
        if rule.indicators:
            raise ValueError(f"kind {rule.kind} judges whole reports, no indicators")
        return "1 = 1"
    known = {indicator.id: indicator for indicator in indicators}
    unknown = sorted(set(rule.indicators) - set(known))
    if unknown:
        raise ValueError(f"unknown indicator {', '.join(unknown)}")
    unfit = [other_indicator for other_indicator in rule.indicators if not kind.applies_to(known[other_indicator])]
    if unfit:
        raise ValueError(f"kind {rule.kind} cannot judge {', '.join(unfit)}")
    covered: Sequence[str] = rule.indicators or [item.id for item in known.values() if kind.applies_to(item)]
    if not covered:
        return "1 = 0"
    return f"t.indicator IN ({', '.join(literal(other_indicator) for other_indicator in covered)})"
