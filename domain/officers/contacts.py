"""Contacts of a unit: whom an officer calls or writes to about its reports."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.errors import UsageError
from domain.units import OrgUnit, UnitKey

_MAIL: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
_TELEPHONE: Final = re.compile(r"\+?[\d .()-]{6,30}")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of a unit, with address and telephone, on the days from `valid_from` to `valid_to` (None: no end).

    `position` is what they do there; at least one of `mail` and `telephone` is filled in.
    """

    unit: UnitKey
    full_name: str
    position: str
    mail: str
    telephone: str
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Return whether the person is to be called or written to on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def contact(unit: OrgUnit, named: tuple[str, str, str, str], days: tuple[date, date | None]) -> Contact:
    """Return a contact of a unit, by full name, position, e-mail and telephone; `days` are the first and the last.

    Raises:
        UsageError: the name, or address and telephone, are missing or impossible, or the last day comes before the
            first.
    """
    name, work, address, number = (" ".join(each.split()) for each in named)
    first, last = days
    if not name or any(len(each) > _LONGEST for each in (name, work, address)):
        raise UsageError(f"a contact needs a full name, of up to {_LONGEST} characters")
    if not address and not number:
        raise UsageError("a contact needs an e-mail address or a telephone number")
    if address and not _MAIL.fullmatch(address):
        raise UsageError(f"{address} is no e-mail address: write a name, an @ and a host")
    if number and not _TELEPHONE.fullmatch(number):
        raise UsageError(f"{number} is no telephone number: write it like 0259 3 822 111 or +84 259 3822111")
    if last is not None and last < first:
        raise UsageError(f"the last day {last} comes before the first, {first}: correct one of them")
    return Contact(unit.key, name, work, address.casefold(), number, first, last)
