"""`tonghop rules`: list the rules, show one, back-test one."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import CatalogOption, JsonOption
from cli.output.terminal import Terminal, literal, open_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.catalog.catalog import Catalog
    from domain.rules import FigureName, Rule, Setting

DayOption = Annotated[
    datetime | None,
    typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="Also the stage as of a day: 2025-06-14."),
]

rules = typer.Typer(
    name="rules",
    help="The rules that reports are judged by: list them, show one, try one on the past.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@rules.command("list")
def list_rules(
    context: typer.Context,
    *,
    on: DayOption = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the rules: id, kind, severity, the stage they have reached, the indicators they judge, title.

    A report meets the stage that a rule has reached on the last day of the report's period.

    Example: tonghop rules list --on 2025-06-14
    """
    from cli.output.as_json import print_json

    terminal, known = _open(context.obj, catalog)
    today, then = _today(), on.date() if on else None
    if as_json:
        print_json([_summary(known, rule, terminal, today, then) for rule in known.rules.values()])
        return
    columns = ("rule_id", "rule_kind", "rule_severity", "rule_stage")
    table = terminal.table(*columns, *(["rule_stage_then"] if then else []), "rule_judges", "rule_title")
    table.columns[0].no_wrap = True  # the id is the argument of show and backtest
    for rule in known.rules.values():
        stages = [terminal.text(f"rule_stage_{_stage(rule, day)}") for day in (today, then) if day]
        judged = _judged(known, rule)
        scope = terminal.text("rule_whole_report") if judged is None else _few(terminal, judged)
        table.add_row(rule.id, rule.kind, rule.severity, *stages, scope, literal(rule.title.get(terminal.lang)))
    terminal.show(table)
    terminal.say("rules_count", "dim", count=len(known.rules), root=known.root)


@rules.command()
def show(
    context: typer.Context,
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="Id of the rule: tonghop rules list shows them.")],
    *,
    on: DayOption = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all of one rule: what it judges and how, its texts, from which days it stands at which stage, its source.

    Example: tonghop rules show stock_falls
    """
    from cli.output.as_json import print_json

    terminal, known = _open(context.obj, catalog)
    rule = find_rule(known, rule_id)
    today, then = _today(), on.date() if on else None
    if as_json:
        print_json(_summary(known, rule, terminal, today, then) | _details(known, rule))
        return
    terminal.console.print(f"[bold]{rule.id}[/]  {literal(rule.title.get(terminal.lang))}", soft_wrap=True)
    for name, text in _lines(terminal, known, rule, today, then):
        terminal.blank_line()
        terminal.say(f"rule_{name}", "bold")
        for line in text.splitlines():
            terminal.bullet(" ", line)


def find_rule(catalog: "Catalog", rule_id: str) -> "Rule":
    """Return the rule with that id.

    Raises:
        UsageError: there is none.
    """
    from difflib import get_close_matches

    from domain.errors import UsageError

    if rule_id in catalog.rules:
        return catalog.rules[rule_id]
    near = get_close_matches(rule_id, catalog.rules)
    hint = f"did you mean {', '.join(near)}?" if near else "tonghop rules list shows them all"
    raise UsageError(f"there is no rule {rule_id} in {catalog.root}: {hint}")


def _open(settings: Settings, catalog: Path | None) -> "tuple[Terminal, Catalog]":
    terminal = open_terminal(settings if catalog is None else settings.model_copy(update={"catalog": catalog}))
    return terminal, terminal.catalog


def _today() -> date:
    from domain.vietnam_time import day_in_vietnam

    return day_in_vietnam(datetime.now(UTC))


def _stage(rule: "Rule", day: date) -> str:
    return str(rule.stage_on(day) or "none")


def _judged(catalog: "Catalog", rule: "Rule") -> tuple[str, ...] | None:
    from expectations.rule_scope import judged_indicators

    return judged_indicators(rule, tuple(catalog.indicators.values()))


def _few(terminal: Terminal, judged: tuple[str, ...]) -> str:
    return ", ".join(judged) if len(judged) <= 2 else terminal.text("rule_many", count=len(judged))


def _summary(catalog: "Catalog", rule: "Rule", terminal: Terminal, today: date, then: date | None) -> dict[str, object]:
    """Return a rule's entry in the JSON list; `indicators` null: the rule applies to whole reports."""
    on_day = {"on": then, "stage_on": rule.stage_on(then)} if then else {}
    return {
        "id": rule.id,
        "kind": rule.kind,
        "severity": rule.severity,
        "stage": rule.stage_on(today),
        **on_day,
        "indicators": _judged(catalog, rule),
        "title": rule.title.get(terminal.lang),
    }


def _details(catalog: "Catalog", rule: "Rule") -> dict[str, object]:
    from expectations.rule_scope import uses_other_reports

    return {
        "stages": {stage.value: since for stage, since in rule.stages.items()},
        "parameters": {name: _as_json(value) for name, value in _parameters(rule).items()},
        "texts": {name: getattr(rule, name) for name in ("title", "message", "action")},
        "facts": rule.facts,
        "looks_beyond_the_report": uses_other_reports(rule, tuple(catalog.indicators.values())),
        "source": rule.source,
        "file": rule.file,
        "line": rule.line,
    }


def _parameters(rule: "Rule") -> "dict[str, Setting | None]":
    """Return all parameters of a rule's kind: as the rule sets them, else the kind's defaults."""
    from expectations.registry import kind_of

    parameters: dict[str, Setting | None] = {}
    for name, parameter in kind_of(rule).parameters.items():
        default = parameter.default
        parameters[name] = rule.parameters.get(name, None if default is None else str(default))
    return parameters


def _as_json(value: "Setting | None") -> object:
    return [_figure(part) for part in value] if isinstance(value, tuple) else value


def _figure(name: "FigureName") -> str:
    return f"{name.indicator}.{name.role}"


def _lines(
    terminal: Terminal, catalog: "Catalog", rule: "Rule", today: date, then: date | None
) -> list[tuple[str, str]]:
    """Return a rule's properties, each with the name of its heading."""
    from expectations.rule_scope import uses_other_reports

    lang, judged = terminal.lang, _judged(catalog, rule)
    names = [f"{indicator}  {catalog.indicators[indicator].name.get(lang)}" for indicator in judged or ()]
    stages = [f"{since.isoformat()}  {terminal.text(f'rule_stage_{stage}')}" for stage, since in rule.stages.items()]
    stages += [
        terminal.text("rule_stage_at", day=day.isoformat(), stage=terminal.text(f"rule_stage_{_stage(rule, day)}"))
        for day in (today, then)
        if day
    ]
    parameters = [f"{name}: {_parameter_text(terminal, value)}" for name, value in _parameters(rule).items()]
    beyond = uses_other_reports(rule, tuple(catalog.indicators.values()))
    return [
        ("message", rule.message.get(lang)),
        ("action", rule.action.get(lang)),
        ("kind", rule.kind),
        ("parameters", "\n".join(parameters) or terminal.text("rule_no_parameters")),
        ("severity", catalog.texts.text(f"domain.severity.{rule.severity}", lang)),
        ("stage", "\n".join(stages)),
        ("judges", "\n".join(names) if judged is not None else terminal.text("rule_whole_report")),
        ("reach", terminal.text("rule_reach_beyond" if beyond else "rule_reach_own")),
        ("source", rule.source),
        ("file", f"{catalog.root / rule.file}:{rule.line}"),
    ]


def _parameter_text(terminal: Terminal, value: "Setting | None") -> str:
    if value is None:
        return terminal.text("rule_parameter_open")
    return " + ".join(map(_figure, value)) if isinstance(value, tuple) else str(value)
