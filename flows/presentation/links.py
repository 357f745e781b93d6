"""Addresses used in the Prefect UI and in notices: pages, returned workbooks, the form of the rerun."""

import json
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from flows.support.settings import Settings


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of a run's results; each is empty where no address is configured.

    `base_url` is that of published pages, `office_url` that of quality pages and returned workbooks (`tonghop serve`),
    `form_url` that of the rerun's form in the Prefect UI, whose pages cannot open files of the server's disk.
    """

    base_url: str = ""
    office_url: str = ""
    form_url: str = ""

    def published(self, area: str, period: str) -> str:
        """Return the address of an area's figures."""
        return _at(self.base_url, period, area, "report.html")

    def quality(self, submission_id: int) -> str:
        """Return the address of a submission's quality page."""
        return _at(self.office_url, "quality", "submissions", f"{submission_id}.html")

    def returned(self, unit: str, period: str) -> str:
        """Return the address of a commune's returns for a period: the workbook with its cells marked, and notes."""
        return _at(self.office_url, "outbox", unit, period, "")

    def rerun(self, unit: str, period: str) -> str:
        """Return the address of the rerun's form, filled in for a commune and a period."""
        if not self.form_url:
            return ""
        result = json.dumps({"units": [unit], "period": period}, separators=(",", ":"))
        return f"{self.form_url}?{urlencode({'parameters': result})}"


def links_of(settings: Settings, form_url: str = "") -> Links:
    """Return the addresses of a deployment."""
    return Links(settings.base_url, settings.office_url, form_url)


def web_address(url: str) -> str:
    """Return the address of a web page, with every character quoted that could end a link; "" for any other."""
    return quote(url, safe="/:?#[]@!$&*+,;=%~") if urlsplit(url).scheme in {"http", "https"} else ""


def _at(root: str, *parts: str) -> str:
    return "/".join([root.rstrip("/"), *(quote(part, safe="") for part in parts)]) if root else ""
