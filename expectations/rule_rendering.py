"""Rendering of rules in Great Expectations' Data Docs: title, number of wrong cells, and the first of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from expectations.gx import (
    CollapseContent,
    ExpectationConfiguration,
    ExpectationValidationResult,
    LegacyDiagnosticRendererType,
    LegacyRendererType,
    RenderedStringTemplateContent,
    RenderedTableContent,
    renderer,
)

COLUMNS = ("who", "indicator", "sheet", "cell", "found", "expected")
"""Columns that are shown of a wrong cell."""


class RuleRendering:
    """Renderers of `ExpectRuleHolds`. Content of cells is passed as parameters, which Great Expectations escapes."""

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,  # noqa: ARG003 # Great Expectations passes it by name
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG003 # Great Expectations passes it by name
        **_more: object,
    ) -> list[RenderedStringTemplateContent]:
        shown = configuration.meta if configuration is not None and configuration.meta else {}
        names = [name for name in ("title", "rule", "severity", "stage") if shown.get(name)]
        styling = {name: {"classes": [f"rule-{name}"]} for name in names}
        return [_text(" ".join(f"${name}" for name in names), {name: str(shown[name]) for name in names}, styling)]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,  # noqa: ARG003 # Great Expectations passes it by name
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG003 # Great Expectations passes it by name
    ) -> str:
        return str(result.result.get("observed_value", 0)) if result is not None else "--"

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,  # noqa: ARG003 # Great Expectations passes it by name
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG003 # Great Expectations passes it by name
    ) -> list[RenderedTableContent | CollapseContent] | None:
        rows: Sequence[Mapping[str, str | None]] = result.result["details"]["unexpected_rows"] if result else ()
        if not rows or result is None:
            return None
        names: Mapping[str, str] = (result.meta or {}).get("columns", {})
        return [
            RenderedTableContent(
                content_block_type="table",
                table=[[_cell(name, row) for name in COLUMNS] for row in rows],
                header_row=[names.get(name, name) for name in COLUMNS],
                styling={"body": {"classes": ["rows"]}},
            )
        ]


def _cell(name: str, row: Mapping[str, str | None]) -> RenderedStringTemplateContent:
    value = row.get(name) or "–"
    if name != "who":
        return _text("$value", {"value": value}, {})
    # Pages of submissions lie in a folder beside those of nightly runs.
    page = {"tag": "a", "attributes": {"href": f"../../submissions/{int(row['submission_id'] or 0)}.html"}}
    return _text("$value", {"value": value}, {"value": page})


def _text(template: str, params: Mapping[str, str], styling: Mapping[str, Any]) -> RenderedStringTemplateContent:
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": template, "params": dict(params), "styling": {"params": dict(styling)}},
    )
