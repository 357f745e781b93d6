"""`tonghop rules backtest`: what a rule would have refused or warned of, before it is promoted."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.rules import find_rule
from cli.options import CatalogOption, FormOption, JsonOption
from cli.output.terminal import Terminal, literal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.catalog.catalog import Catalog
    from domain.periods import Period
    from domain.units import UnitKey
    from flows.actions.backtest import Backtest, BacktestFinding

MOST_FINDINGS = 50


def backtest(
    context: typer.Context,
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="Id of the rule: tonghop rules list shows them.")],
    *,
    first: Annotated[str, typer.Option("--from", help="First period, e.g. 2024-01.")],
    last: Annotated[str, typer.Option("--to", help="Last period, e.g. 2025-06.")],
    area: Annotated[
        str | None, typer.Option("--area", help="Only communes of this district, province or area; else all.")
    ] = None,
    form: FormOption = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how many past reports a rule would have refused or warned of, and which, before it is promoted.

    The rule is evaluated as if it were at stage block. Each report is compared with what was accepted when it was
    checked, not with what came later. Nothing is written to the warehouse. Use --catalog for a rule that is only in a
    draft of the catalogue.

    Example: tonghop rules backtest jump --from 2024-01 --to 2025-06 --area 585
    """
    from cli.output.as_json import fields_of, print_json
    from cli.running import ProgressBars
    from domain.periods import parse_period, periods_between
    from flows.actions.backtest import BacktestQuery
    from flows.actions.backtest import backtest as run_backtest
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for
    from flows.support.context import build_context

    settings: Settings = context.obj
    if catalog is not None:
        settings = settings.model_copy(update={"catalog": catalog})
    known = open_catalog(settings)
    rule = find_rule(known, rule_id)
    periods = tuple(periods_between(parse_period(first), parse_period(last)))
    chosen = form_for(known.forms, periods[0], form)
    units = None if area is None else _units(known, area, chosen.id, periods)
    terminal = Terminal(known, settings.lang)
    bars = ProgressBars(terminal)
    with bars.progress:
        result = run_backtest(build_context(settings), rule, BacktestQuery(chosen.id, periods, units), bars)
    if as_json:
        counts = {"judged": result.judged, "found": result.matches, "newly": result.newly}
        print_json({**fields_of(result), "counts": counts})
        return
    show_backtest(terminal, result)


def show_backtest(terminal: Terminal, result: "Backtest") -> None:
    """Show the counts of a back-test by period, then its findings cell by cell."""
    facts = {"rule": result.rule, "judged": result.judged, "found": result.matches, "newly": result.newly}
    if not result.judged:
        terminal.say("backtest_nothing", "yellow", rule=result.rule)
    else:
        terminal.say(f"backtest_{result.severity}", "bold", **facts)
        table = terminal.table(
            "column_period", "backtest_judged", f"backtest_found_{result.severity}", "backtest_newly"
        )
        for period in result.periods:
            table.add_row(period.period.id, str(period.judged), str(period.found), str(period.newly))
        for column in table.columns[1:]:
            column.justify = "right"
        terminal.show(table)
    if result.hits:
        terminal.blank_line()
        table = terminal.table(
            "column_period", "unit", "backtest_cell", "backtest_is", "backtest_should", "backtest_then"
        )
        for finding in result.hits[:MOST_FINDINGS]:
            table.add_row(*_cells(terminal, finding))
        terminal.show(table)
    if len(result.hits) > MOST_FINDINGS:
        terminal.say("backtest_more", count=len(result.hits) - MOST_FINDINGS)
    for out in result.left_out:
        terminal.bullet(
            "!", terminal.text(f"backtest_left_{out.why}", file=out.file_name, period=out.period.id), "yellow"
        )


def _cells(terminal: Terminal, finding: "BacktestFinding") -> list[str]:
    issue = finding.issue
    then = terminal.text(f"backtest_then_{'accepted' if finding.accepted else 'refused'}", version=finding.version)
    cells = (
        finding.period.id,
        f"{finding.unit} {finding.unit_name}",
        issue.place,
        issue.found or "",
        issue.expected or "",
        then,
    )
    return [literal(cell) for cell in cells]


def _units(catalog: "Catalog", area: str, form: str, periods: "tuple[Period, ...]") -> "frozenset[UnitKey]":
    """Return the communes of an area in any of these periods, on the boundaries of each.

    Raises:
        UsageError: the area exists in none of them.
    """
    from datetime import UTC, datetime

    from domain.errors import UsageError
    from domain.rollups import Boundary
    from domain.vietnam_time import day_in_vietnam

    today = day_in_vietnam(datetime.now(UTC))
    units: set[UnitKey] = set()
    not_found: UsageError | None = None
    for period in periods:
        try:
            members = catalog.area(area, form, period, Boundary.AS_THEN, today).members
        except UsageError as error:
            not_found = error
        else:
            units |= {unit.key for unit in members}
    if not units and not_found is not None:
        raise not_found
    return frozenset(units)
