"""The rollup as one self-contained HTML page: no network, no scripts."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from domain.periods import Period
from domain.texts import Lang, visible, visible_value
from publishing.charts.trend import TEMPLATES
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import Report
from publishing.page.bars import RateBars
from publishing.page.page_code import CODE, PageEnvironment

MOST_UNITS: Final = 100
"""Units that the page lists since the third edition: 2 kB each. Others are in the workbook and on the site."""
MOST_DETAILED: Final = 25
"""Units, or provinces, whose every figure the page lists since the third edition: 6 kB each."""
OTHER: Final[Mapping[Lang, Lang]] = {"vi": "en", "en": "vi"}
"""The language that a page's switch leads to."""
_TEMPLATES = Path(__file__).parent / "templates"
_COMPILED = Path(__file__).parent / "__pycache__"


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Where a revision's pages lie in the published folder, from which they lead to the site.

    `folder` is the area's name below the period; empty: there is no site around them. `before` is the preceding period,
    where that was published. `lang` is the language of `report.html` and of the papers beside it.
    """

    folder: str
    before: Period | None
    lang: Lang

    def shown(self, lang: Lang) -> dict[str, object]:
        """Return what the links of a page in a language are made from."""
        names = {each: "report.html" if each == self.lang else f"report.{each}.html" for each in OTHER}
        files = {"report_file": names[lang], "other_report_file": names[OTHER[lang]]}
        return {"folder": self.folder, "before": self.before, **files}


def write_page(report: Report, formatter: ReportFormatter, place: PagePlace | None = None) -> bytes:
    """Render the rollup's page as UTF-8; all names and notes are escaped.

    Args:
        report: the content.
        formatter: its texts and numbers.
        place: of the page, which then has links and stays below 300 kB, as since the third edition.
    """
    around = place.shown(formatter.lang) if place else {}
    most = {"most_units": MOST_UNITS, "most_detailed": MOST_DETAILED}
    shown = {"report": report, "bars": RateBars(formatter), "edition": EDITION if place else SECOND_EDITION}
    return render("report.html.j2", formatter, **shown, **around, **most)


def render(template: str, formatter: ReportFormatter, **shown: object) -> bytes:
    """Render a template of `templates/` as UTF-8; all values in it are escaped, acting characters shown as U+FFFD."""
    page = _environment().get_template(template)
    return rendered(page, formatter=formatter, t=formatter.text, lang=formatter.lang, **shown)


def rendered(page: Template, **shown: object) -> bytes:
    """Render a template as UTF-8 and let go of all that it showed.

    Its macros hold what they can see, themselves included: a whole revision would wait for Python to look for garbage.
    """
    context = page.new_context(shown)
    result = "".join(page.root_render_func(context)).encode()
    context.vars.clear()
    context.parent.clear()
    return result


def _filled(rows: Iterable[Sequence[str]], line: Markup) -> Markup:
    """Return a line for each row of texts, whose `{}` are the row's texts, escaped: the filter `filled`.

    A long table at once takes a tenth of the time that its cells take one by one.
    """
    lines = list(rows)
    if not lines:
        return Markup()
    shown = [text for row in lines for text in row]
    if not "".join(shown).isprintable():
        shown = list(map(visible, shown))
    texts = str(escape("\0".join(shown))).split("\0")  # no visible text has the separator
    pattern = str(line).replace("%", "%%").replace("{}", "%s")
    filled = "\n".join(pattern % row for row in zip(*[iter(texts)] * len(lines[0]), strict=True))
    return Markup(filled)  # noqa: S704 # of escaped texts


class _CompiledTemplates(FileSystemBytecodeCache):
    """Templates compiled once, kept where Python keeps what it compiled of the modules beside them."""

    def __init__(self) -> None:
        """Use the package's folder of compiled modules."""
        super().__init__(str(_COMPILED), f"jinja2-{version('jinja2')}-{CODE}-%s.bytecode")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, unless the folder is not there or not ours, or Python is to keep nothing."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


def page_environment(*folders: Path) -> Environment:
    """Return the environment of templates in some folders, and in that of charts: all values are escaped."""
    return PageEnvironment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        bytecode_cache=_CompiledTemplates(),
        auto_reload=False,
        autoescape=True,
        finalize=visible_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _environment() -> Environment:
    environment = page_environment(_TEMPLATES)
    environment.filters["filled"] = _filled
    return environment
