"""Rendering of the site's pages: templates, addresses from page to page, and the style they share."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment
from markupsafe import Markup, escape

from domain.catalog.catalog import Catalog
from domain.texts import Lang, visible
from publishing.charts.trend import TEMPLATES as CHART_TEMPLATES
from publishing.page.rollup_page import page_environment, rendered
from publishing.site.facts import key_of
from publishing.site.site_formatter import SiteFormatter
from publishing.site.trends import DrawnTrend
from publishing.storage.site_folder import INDEX, INDEX_IN_ENGLISH, KeyedPage

LANGS: Final[tuple[Lang, ...]] = ("vi", "en")
_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "templates"
_SHARED = _HERE.parent / "page" / "templates" / "style.css"
_FORMATTING = _HERE.parent / "figures"
_SHOWN_TEXTS = ("site.", "publishing.", "domain.", "warehouse.")

_HOLE: Final = "\0"
"""Around the name of a hole: no visible text has it."""

Crumbs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses relative to a page: of the folder `site`, the first page in its language, itself in the other one."""

    site: str
    home: str
    other: str


def addresses(depth: int, name: str, lang: Lang) -> Addresses:
    """Return the addresses for the page `<name>.<lang>.html`, `depth` folders below `site`."""
    site = "../" * depth
    return Addresses(site, f"{site}../{first_page(lang)}", f"{name}.{other(lang)}.html")


def first_page(lang: Lang) -> str:
    """Return the name of the first page in a language, beside the folder `site`."""
    return INDEX if lang == "vi" else INDEX_IN_ENGLISH


def other(lang: Lang) -> Lang:
    """Return the other language."""
    return "en" if lang == "vi" else "vi"


def render(template: str, formatter: SiteFormatter, at: Addresses, crumbs: Crumbs, **shown: object) -> bytes:
    """Render a template as UTF-8; all values in it are escaped, acting characters shown as U+FFFD.

    `crumbs` are name and address of the pages above, from the top; the page itself has no address.
    """
    page = _environment().get_template(template)
    texts = {"t": formatter.text, "p": formatter.published, "f": formatter, "lang": formatter.lang}
    return rendered(page, at=at, crumbs=crumbs, **texts, **shown)


class Skeleton:
    """A page of a template that was rendered once, with holes where pages of its kind differ."""

    def __init__(self, page: bytes) -> None:
        """Take a page that was rendered with holes (`hole`) as values."""
        self._parts = page.decode().split(_HOLE)

    def fill(self, markup: Mapping[str, str]) -> bytes:
        """Return the page with markup (`escaped`) in its holes, by name."""
        parts = self._parts.copy()
        parts[1::2] = [markup[name] for name in parts[1::2]]
        return "".join(parts).encode()


def hole(name: str) -> Markup:
    """Return the value that makes a hole in a skeleton."""
    return Markup(f"{_HOLE}{name}{_HOLE}")  # noqa: S704 # replaced by markup


def drawing(trend: DrawnTrend, title: str) -> str:
    """Return the drawing of a trend as markup."""
    macros = _environment().get_template("charts.html.j2").module.__dict__
    if trend.names:
        return str(macros["trend_pair"](trend.chart, "trend", title, trend.description, trend.names))
    return str(macros["trend_line"](trend.chart, "trend", title, trend.description))


def keyed(
    look: str, template: str, formatter: SiteFormatter, at: Addresses, crumbs: Crumbs, **shown: object
) -> KeyedPage:
    """Return a page like `render`'s, to be made only where it is not there yet.

    `look` is the catalogue's (`look_of`), `shown` are plain values: with the look they are all that the page shows.
    """
    key = key_of(look, template, formatter.lang, astuple(at), crumbs, shown)
    return KeyedPage(key, lambda: render(template, formatter, at, crumbs, **shown))


def escaped(text: str) -> str:
    """Return a text as markup, with acting characters shown: for templates within `autoescape false`."""
    return str(escape(visible(text)))


def style_sheet() -> bytes:
    """Return the style sheet of all pages: that of the report's page, of charts, and what the site adds."""
    parts = _SHARED, CHART_TEMPLATES / "charts.css", CHART_TEMPLATES / "series.css", _TEMPLATES / "site.css"
    return b"\n".join(part.read_bytes() for part in parts)


def search_script() -> bytes:
    """Return the script of the search page."""
    return (_TEMPLATES / "search.js").read_bytes()


def look_of(catalog: Catalog) -> str:
    """Return a hash of all that pages are made from besides facts: program, templates, and what the catalogue says.

    Rules count by their titles: what they judge is in the facts.
    """
    digest = hashlib.sha256(_program().encode())
    texts = [(key, text.vi, text.en) for key, text in catalog.texts.by_key.items() if key.startswith(_SHOWN_TEXTS)]
    titles = [(rule.id, rule.title.vi, rule.title.en) for rule in catalog.rules.values()]
    titles += [(code, issue.title.vi, issue.title.en) for code, issue in catalog.texts.issues.items()]
    digest.update(json.dumps([catalog.structure_version, sorted(texts), sorted(titles)]).encode())
    return digest.hexdigest()


@cache
def _program() -> str:
    digest = hashlib.sha256()
    for path in _program_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _program_files() -> Iterable[Path]:
    yield from sorted(_HERE.glob("*.py"))
    yield from sorted(_TEMPLATES.iterdir())
    yield from sorted(_FORMATTING.glob("*.py"))
    yield from sorted(CHART_TEMPLATES.iterdir())
    yield from sorted(CHART_TEMPLATES.parent.glob("*.py"))
    yield _SHARED


@cache
def _environment() -> Environment:
    return page_environment(_TEMPLATES)
