"""Authorisations: what a code means, which ways a delivery may come, and on which days."""

from datetime import date
from unicodedata import normalize

import pytest

from domain.authorisations import Authorisation, Authorisations, Route, authorisation
from domain.catalog.catalog import Catalog
from domain.errors import UsageError

BEFORE, AFTER = date(2025, 5, 31), date(2025, 7, 31)
START = date(2025, 6, 1)


def of(catalog: Catalog, units: str, valid_from: date = START, folder: str = "", sender: str = "") -> Authorisation:
    """Authorise a way in the inbox for some units."""
    return authorisation(catalog, ("inbox", folder, sender), units, valid_from, None)


@pytest.mark.parametrize(
    ("units", "unit", "day", "is_covered"),
    [
        ("22828", "22828", BEFORE, True),
        ("22828", "22828", AFTER, False),  # Anh Dũng bears the code of Ma Nới, which merged into it
        ("22828", "22813", BEFORE, False),
        ("585", "22828", BEFORE, True),
        ("585", "22828", AFTER, False),
        ("585-cu", "22828", BEFORE, True),
        ("585-cu", "22828", AFTER, True),
        ("56", "22828", BEFORE, False),
        ("56", "22828", AFTER, True),
        ("VN", "22828", BEFORE, True),
    ],
)
def test_units_that_a_code_stands_for(catalog: Catalog, units: str, unit: str, day: date, *, is_covered: bool) -> None:
    """A commune's code is that commune and no successor; an area's code is what it groups in the period."""
    assert of(catalog, units).covers(catalog, catalog.units.get(unit, day), day) is is_covered


def test_a_code_means_the_unit_of_the_first_day(catalog: Catalog) -> None:
    """Authorised from a day after the merger, 22828 is Anh Dũng."""
    later = of(catalog, "22828", AFTER)
    assert later.covers(catalog, catalog.units.get("22828", AFTER), AFTER)
    assert not later.covers(catalog, catalog.units.get("22828", BEFORE), BEFORE)


@pytest.mark.parametrize(
    ("folder", "sender", "path", "account", "is_admitted"),
    [
        ("", "", "BC.xlsx", None, True),
        ("xã/22828", "", "xã/22828/2025-05/BC.xlsx", None, True),
        ("xã/22828/", "", "xã/22828/BC.xlsx", None, True),
        ("xã/22828", "", normalize("NFD", "xã/22828/BC.xlsx"), None, True),
        ("xã/22828", "", "xã/228280/BC.xlsx", None, False),
        ("xã/22828", "", "xã/22828", None, False),
        ("xã/22828", "", "chung/xã/22828/BC.xlsx", None, False),
        ("", "manoi@ninhson.vn", "BC.xlsx", "MaNoi@ninhson.vn", True),
        ("", "manoi@ninhson.vn", "BC.xlsx", "manoi@ninhson.vn.example", False),
        ("", "manoi@ninhson.vn", "BC.xlsx", None, False),
    ],
)
def test_ways_that_are_admitted(
    catalog: Catalog, folder: str, sender: str, path: str, account: str | None, *, is_admitted: bool
) -> None:
    """A folder admits what lies below it, its accents composed or not; an account only itself."""
    authorisations = Authorisations([of(catalog, "22828", folder=folder, sender=sender)])
    assert bool(authorisations.admitting(Route("inbox", path, account, START))) is is_admitted
    assert not authorisations.admitting(Route("other", path, account, START))


def test_a_way_for_a_form_is_of_that_form_only(catalog: Catalog) -> None:
    """The tax office's address counts for its table: it is no address of the communes, nor asked about theirs."""
    each = authorisation(catalog, ("mail", "", "thue@example.vn"), "22828", START, None, form="hddt_t")
    ways, unit, day = Authorisations([each]), catalog.units.get("22828", BEFORE), date(2025, 6, 15)
    assert [each.admits(form) for form in ("hddt_t", "cds_x_t", None)] == [True, False, False]
    assert [ways.own_addresses(catalog, unit, day, form) for form in ("hddt_t", "cds_x_t", None)] == [
        ("thue@example.vn",),
        (),
        (),
    ]
    with pytest.raises(UsageError, match="no form has the id 'hddt'"):
        authorisation(catalog, ("mail", "", ""), "22828", START, None, form="hddt")


def test_the_day_of_receipt_decides(catalog: Catalog) -> None:
    """First and last day are included."""
    each = authorisation(catalog, ("inbox", "", ""), "22828", START, date(2025, 6, 30))
    days = [date(2025, 5, 31), START, date(2025, 6, 30), date(2025, 7, 1)]
    assert [bool(Authorisations([each]).admitting(Route("inbox", "a.xlsx", None, day))) for day in days] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("route", "units", "last", "problem"),
    [
        (("", "", ""), "22828", None, "no source"),
        (("inbox", "a/../b", ""), "22828", None, "leads out"),
        (("inbox", "", ""), "99999", None, "no commune, district or province has code 99999"),
        (("inbox", "", ""), "22828", date(2025, 5, 1), "comes before the first"),
    ],
)
def test_what_cannot_be_authorised(
    catalog: Catalog, route: tuple[str, str, str], units: str, last: date | None, problem: str
) -> None:
    """The message says what to correct."""
    with pytest.raises(UsageError, match=problem):
        authorisation(catalog, route, units, START, last)


@pytest.mark.parametrize(
    ("unit", "day", "expected"),
    [
        ("22828", BEFORE, ()),  # not registered yet
        ("22828", date(2025, 6, 15), ("manoi@ninhson.vn", "ubnd@ninhson.vn")),
        ("22828", AFTER, ("cntt@khanhhoa.vn",)),  # Anh Dũng, which Ma Nới merged into, has none of its own
        ("22813", date(2025, 6, 15), ("huyen@ninhson.vn",)),
        ("22813", AFTER, ("cntt@khanhhoa.vn",)),
    ],
)
def test_registered_addresses_of_a_unit(catalog: Catalog, unit: str, day: date, expected: tuple[str, ...]) -> None:
    """Accounts are no addresses; the addresses of an area count for units without their own."""
    authorisations = Authorisations(
        [
            of(catalog, "22828", sender="UBND@ninhson.vn"),
            of(catalog, "22828", sender="manoi@ninhson.vn"),
            of(catalog, "22828", sender="manoi@ninhson.vn", folder="thu"),
            of(catalog, "22828", sender="tai_khoan"),
            of(catalog, "22828", folder="xã/22828"),
            of(catalog, "585", sender="huyen@ninhson.vn"),
            of(catalog, "56", sender="cntt@khanhhoa.vn"),
        ]
    )
    assert authorisations.addresses(catalog, catalog.units.get(unit, day), day) == expected
