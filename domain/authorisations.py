"""Authorisations: by which way reports of a unit may arrive, and on which days; links authorise uploads."""

import re
import secrets
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.extents import territory_of
from domain.units import Level, OrgUnit, SuccessionKind, UnitKey, UnitRegister

_ADDRESS: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
"""An e-mail address; any other sender is the account of a folder or server."""
UPLOAD: Final = "upload"
"""Name and kind of the source of uploaded files."""
_MOST_DAYS: Final = 3_660
"""How long an upload link may be valid."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way a delivery came: its source, the path in it, and the account or address, where the source knows it."""

    source: str
    path: str
    sender: str | None
    received_on: date

    @property
    def folder(self) -> str:
        """The folders of the path; "" for a file at the top of its source."""
        return "/".join(_parts(self.path)[:-1])


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A way by which reports of some units may arrive on the days from `valid_from` to `valid_to` (None: no end).

    `folder` includes its subfolders, "" is the whole source; `sender` is an account or address, "" is any. `units` is a
    commune's code, or the code or id of an area. A code may have been several communes', so `unit_valid_from` tells
    which of them is meant; it is None for an area. `form` is the only form that may be reported, "" is every form.
    """

    source: str
    folder: str
    sender: str
    units: str
    unit_valid_from: date | None
    valid_from: date
    valid_to: date | None
    form: str = ""

    def holds_on(self, day: date) -> bool:
        """Return whether what is received on that day may come this way."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def admits(self, form: str | None) -> bool:
        """Return whether reports of a form may arrive this way; None: of every form."""
        return self.form in {"", form}

    def covers(self, catalog: Catalog, unit: OrgUnit, day: date) -> bool:
        """Return whether reports of a unit, as it is on a day, may arrive this way.

        An area stands for the units that it groups on that day; a commune for itself, not for what it merged into.
        """
        if self.unit_valid_from is not None:
            return unit.code == self.units and _is_same(catalog.units, UnitKey(self.units, self.unit_valid_from), unit)
        if self.units in catalog.areas:
            area = catalog.areas[self.units]
            return any(member in area.members for member in territory_of(catalog.units, (unit,), area.as_of))
        return self.units in {unit.code, *(above.code for above in catalog.units.above(unit, day))}


class Authorisations:
    """The authorisations of a deployment, looked up by the way of a delivery."""

    def __init__(self, authorisations: Iterable[Authorisation]) -> None:
        """Index them by way, and those of e-mail addresses by units: a country has thousands, one for each commune."""
        self._by_way: dict[tuple[str, str, str], list[Authorisation]] = defaultdict(list)
        self._by_mail: dict[str, list[Authorisation]] = defaultdict(list)
        for each in authorisations:
            self._by_way[each.source, each.folder, each.sender.casefold()].append(each)
            if _ADDRESS.fullmatch(each.sender):
                self._by_mail[each.units].append(each)

    def __bool__(self) -> bool:
        """Return whether there is any, expired ones included."""
        return bool(self._by_way)

    def admitting(self, route: Route) -> tuple[Authorisation, ...]:
        """Return the authorisations of the way by which a delivery came, on the day on which it was received."""
        folders = _parts(route.path)[:-1]
        senders = {"", normalised(route.sender or "").casefold()}
        return tuple(
            each
            for depth in range(len(folders) + 1)
            for sender in sorted(senders)
            for each in self._by_way.get((normalised(route.source), "/".join(folders[:depth]), sender), ())
            if each.holds_on(route.received_on)
        )

    def own_addresses(self, catalog: Catalog, unit: OrgUnit, day: date, form: str | None = None) -> tuple[str, ...]:
        """Return the e-mail addresses authorised on a day for a unit by its own code, in alphabetical order.

        For reports of a form; None: only those authorised for every form.
        """
        return self._addresses(catalog, unit, day, (unit.code,), form)

    def addresses(self, catalog: Catalog, unit: OrgUnit, day: date, form: str | None = None) -> tuple[str, ...]:
        """Return the e-mail addresses from which reports of a unit may come on a day, in alphabetical order.

        Those of the unit itself; where it has none, those of an area in which it lies. For reports of a form; None:
        only those authorised for every form.
        """
        above = (each.code for each in catalog.units.above(unit, day))
        codes = (*above, *catalog.areas)
        return self.own_addresses(catalog, unit, day, form) or self._addresses(catalog, unit, day, codes, form)

    def _addresses(
        self, catalog: Catalog, unit: OrgUnit, day: date, codes: Iterable[str], form: str | None
    ) -> tuple[str, ...]:
        by_mail = (each for code in codes for each in self._by_mail.get(code, ()) if each.admits(form))
        covering = (each for each in by_mail if each.holds_on(day) and each.covers(catalog, unit, day))
        return tuple(sorted({each.sender.casefold() for each in covering}))


def authorisation(
    catalog: Catalog,
    route: tuple[str, str, str],
    units: str,
    valid_from: date,
    valid_to: date | None,
    *,
    form: str = "",
) -> Authorisation:
    """Return an authorisation of a source, a folder and a sender; a code means the unit that has it on the first day.

    Where no unit has it on that day, the last one before it is meant, for its reports may still be corrected. Without a
    form, reports of every form may come that way.

    Raises:
        UsageError: no source is named, no unit or area has the code, the form is unknown, or the last day comes before
            the first.
    """
    source, folder, sender = map(normalised, route)
    if not source:
        raise UsageError("no source is named: give its name, such as inbox")
    if ".." in _parts(folder):
        raise UsageError(f"the folder {folder} leads out of its source: name it from the source's top, without ..")
    if valid_to is not None and valid_to < valid_from:
        raise UsageError(f"the last day {valid_to} comes before the first, {valid_from}: correct one of them")
    unit_valid_from = _first_day(catalog, units, valid_from)
    of_form = catalog.forms.form(form).id if form else ""
    return Authorisation(
        source, "/".join(_parts(folder)), sender, units, unit_valid_from, valid_from, valid_to, of_form
    )


@dataclass(frozen=True, slots=True)
class UploadLink:
    """A link of the commune that had code `unit` from `unit_valid_from` on, valid on the days stated, both included."""

    unit: str
    unit_valid_from: date
    valid_from: date
    valid_to: date


def link_for(catalog: Catalog, unit: str, valid_from: date, days: int) -> UploadLink:
    """Return a link that is valid for some days; a code means the commune that has it on the first of them.

    Raises:
        UsageError: no commune has the code, or the number of days is impossible.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise UsageError(f"a link cannot be valid for {days} days: write a number from 1 to {_MOST_DAYS}")
    way = authorisation(catalog, (UPLOAD, "", ""), unit, valid_from, valid_from + timedelta(days=days - 1))
    if way.unit_valid_from is None or way.valid_to is None:
        raise UsageError(f"{unit} is no commune: a link is for one commune, name its code as 22813")
    return UploadLink(unit, way.unit_valid_from, valid_from, way.valid_to)


def authorisation_by(link: UploadLink, number: int) -> Authorisation:
    """Return what a link, by its number, authorises."""
    days = (link.unit_valid_from, link.valid_from, link.valid_to)
    return Authorisation(UPLOAD, "", sender_of(number), link.unit, *days)


def sender_of(number: int) -> str:
    """Return the sender of what is uploaded by the link of a number."""
    return f"link:{number}"


def new_token() -> str:
    """Return a token of 256 random bits, which an address may contain as it is."""
    return secrets.token_urlsafe()


def hash_of(token: str) -> str:
    """Return what is kept of a token: a random one needs no salt, and nothing derives it from its hash."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _first_day(catalog: Catalog, units: str, on: date) -> date | None:
    """Return the first day of the commune that a code means, None for an area."""
    if units in catalog.areas:
        return None
    versions = catalog.units.versions(units)
    if not versions or versions[0].level is Level.VILLAGE:
        known = ", ".join(catalog.areas) or "none"
        raise UsageError(f"no commune, district or province has code {units}, and no area has that id; areas: {known}")
    if versions[0].level is not Level.COMMUNE:
        return None
    return next((unit for unit in reversed(versions) if unit.valid_from <= on), versions[0]).valid_from


def _is_same(register: UnitRegister, key: UnitKey, unit: OrgUnit) -> bool:
    """Return whether a unit is another of the same code, or what that became or was by mere renaming."""
    first, last = sorted((key.valid_from, unit.valid_from))
    passed = [version for version in register.versions(key.code) if first <= version.valid_from < last]
    return all(
        any(each.kind is SuccessionKind.RENAME and each.new == key.code for each in register.passed_into(version))
        for version in passed
    )


def normalised(text: str) -> str:
    """Return a name as it is compared: accents composed, for systems write them in two ways, and no outer spaces."""
    return unicodedata.normalize("NFC", text.strip())


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in PurePosixPath(unicodedata.normalize("NFC", path)).parts if part != "/")
