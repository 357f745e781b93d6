"""The rollup as one self-contained HTML page: no network, no scripts."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.texts import visible_value
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


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=visible_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
