"""Writes catalog/schemas/ from the models: `python -m domain.catalog.write_schemas`, or `make schemas`."""

import json
from pathlib import Path

from domain.catalog import (
    areas,
    connectors,
    forms,
    help_texts,
    indicators,
    layouts,
    marks,
    obligations,
    reminders,
    rules,
    sample,
    successions,
    targets,
    texts,
    weights,
    words,
)

KINDS = (
    areas.AREAS, forms.CALENDARS, connectors.CONNECTORS, obligations.EXEMPTIONS, forms.FORMS, forms.HOLIDAYS,
    help_texts.DESK_ERRORS, help_texts.ERRORS, help_texts.HELP, indicators.INDICATORS, texts.ISSUES, layouts.LAYOUTS,
    marks.MARKS,
    obligations.OBLIGATIONS, obligations.PRECEDENCE, reminders.REMINDERS,
    texts.REPAIRS, rules.RULES, sample.SAMPLE_AREA, sample.SAMPLE_TYPICAL, successions.SUCCESSIONS, targets.TARGETS,
    texts.TEXTS, indicators.THEMES, areas.TILES, weights.WEIGHTS, words.WORDS,
)  # fmt: skip
"""All kinds of catalogue files."""

SCHEMAS = Path(__file__).resolve().parents[2] / "catalog" / "schemas"


def schema_texts() -> dict[str, str]:
    """Return the text of every JSON Schema by file name."""
    return {
        f"{kind.name}.schema.json": json.dumps(kind.json_schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for kind in KINDS
    }


if __name__ == "__main__":
    for name, text in schema_texts().items():
        (SCHEMAS / name).write_text(text, "utf-8")
