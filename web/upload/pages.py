"""Pages of the upload site, in the language of the reader."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Repair, Severity
from domain.texts import Lang
from publishing.figures.formatter import ReportFormatter
from web.look import style_sheet, templates_in
from workbooks.marking.result_lines import ResultLine, issue_lines, repair_lines

_HERE: Final = Path(__file__).parent
MOST_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class VerdictGroup:
    """The issues of one severity, the first of them as lines, and how many there are."""

    severity: Severity
    lines: Sequence[ResultLine]
    count: int


@dataclass(frozen=True)
class UploadPage:
    """Renders pages for one link in one language; `query` is what keeps the language in addresses, "" or "?lang=en"."""

    catalog: Catalog
    lang: Lang
    token: str
    query: str

    @property
    def formatter(self) -> ReportFormatter:
        """Formats days, times and periods."""
        return ReportFormatter(self.catalog, self.lang)

    def text(self, name: str, /, **facts: object) -> str:
        """Return a text of `messages/upload.yaml`, by its key without the prefix `web.upload_`."""
        return self.catalog.texts.text(f"web.upload_{name}", self.lang, **facts)

    def address(self, *parts: str) -> str:
        """Return the address of a page of the link."""
        return f"/{quote(self.token, safe='')}/{'/'.join(quote(part, safe='') for part in parts)}{self.query}"

    def render(self, template: str, **shown: object) -> str:
        """Render a template; all values in it are escaped, acting characters shown as U+FFFD."""
        facts = {"page": self, "t": self.text, "lang": self.lang, "formatter": self.formatter, "url": self.address}
        return templates_in(_HERE / "templates").get_template(template).render(**facts, **shown)

    def message(self, issue: Issue) -> str:
        """Say what an issue is."""
        return self.catalog.issue_message(issue, self.lang)

    def groups(self, issues: Iterable[Issue]) -> list[VerdictGroup]:
        """Return the issues by severity, the gravest first."""
        lines = list(issue_lines(issues, self.catalog, self.lang))
        groups = []
        for severity in Severity:
            own = [line for line in lines if line.severity is severity]
            groups += [VerdictGroup(severity, own[:MOST_LISTED], len(own))] if own else []
        return groups

    def repairs(self, repairs: Iterable[Repair]) -> list[ResultLine]:
        """Return a line for each cell that was read with a tolerance."""
        return list(repair_lines(repairs, self.catalog.texts, self.lang))


def style() -> bytes:
    """Return the style sheet: that of the published pages, and what only these have."""
    return style_sheet(_HERE / "static" / "upload.css")


@cache
def script() -> bytes:
    """Return the script, without which the pages work as well."""
    return (_HERE / "static" / "upload.js").read_bytes()
