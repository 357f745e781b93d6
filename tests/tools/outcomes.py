"""Write the table of outcomes of decision 77 from the catalogue: python -m tests.tools.outcomes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from domain.catalog.catalog import Catalog, load_catalog
from domain.issues import Severity

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "decisions" / "0077-held-reports.md"
_START: Final = "| code | of | outcome | title |\n|---|---|---|---|\n"
_OUTCOMES: Final = {
    Severity.CRITICAL: "refused",
    Severity.HOLD: "held",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def rows(catalog: Catalog) -> Iterator[str]:
    """Yield a row for each reading code, then for each rule with what it does where it blocks."""
    for code, text in sorted(catalog.texts.issues.items()):
        yield f"| `{code}` | reading | {_OUTCOMES[text.severity]} | {text.title.en} |\n"
    for rule in sorted(catalog.rules.values(), key=lambda rule: rule.id):
        yield f"| `{rule.id}` | rule | {_OUTCOMES[rule.severity]} | {rule.title.en} |\n"


def with_table(page: str, catalog: Catalog) -> str:
    """Return the page with the table of today's catalogue as its end."""
    return page.partition(_START)[0] + _START + "".join(rows(catalog))


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), load_catalog()), "utf-8")
