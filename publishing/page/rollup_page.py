"""The rollup as one self-contained HTML page: no network, no scripts."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from domain.texts import visible, visible_value
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import Report
from publishing.page.bars import RateBars

_TEMPLATES = Path(__file__).parent / "templates"


def write_page(report: Report, formatter: ReportFormatter) -> bytes:
    """Render the rollup's page as UTF-8; all names and notes are escaped."""
    return render("report.html.j2", formatter, report=report, bars=RateBars(formatter))


def render(template: str, formatter: ReportFormatter, **shown: object) -> bytes:
    """Render a template of `templates/` as UTF-8; all values in it are escaped, acting characters shown as U+FFFD."""
    page = _environment().get_template(template)
    return page.render(formatter=formatter, t=formatter.text, lang=formatter.lang, **shown).encode()


def _escaped(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Yield rows of texts, all of one length, escaped: the filter `escaped`, for rows within `autoescape false`.

    Escaping a long table at once takes a tenth of the time that its cells take one by one.
    """
    lines = list(rows)
    if lines:
        # No visible text has the separator.
        texts = str(escape("\0".join(visible(text) for line in lines for text in line))).split("\0")
        yield from zip(*[iter(texts)] * len(lines[0]), strict=True)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=visible_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["escaped"] = _escaped
    return environment
