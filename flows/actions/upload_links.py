"""Make links to the upload page for communes, as an officer asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.authorisations import UploadLink, link_for, new_token
from domain.catalog.catalog import Catalog
from flows.support.settings import Settings
from flows.support.warehouse import open_warehouse
from warehouse.store.engine import transaction
from warehouse.submissions.upload_links import make_link
from warehouse.submissions.withdrawal import Decision


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link by its number, with its address, which holds the token and is kept nowhere."""

    number: int
    link: UploadLink
    name: str
    address: str


def make_links(
    settings: Settings, catalog: Catalog, units: Sequence[str], days: tuple[date, int], decision: Decision
) -> tuple[MadeLink, ...]:
    """Make a link for each of these communes, or none; `days` are the first one and how many.

    Raises:
        UsageError: one of the codes is no commune's, the number of days is impossible, or no reason is stated.
    """
    links = [link_for(catalog, unit, *days) for unit in dict.fromkeys(units)]
    results: list[MadeLink] = []
    with transaction(open_warehouse(settings)) as session:
        for link in links:
            token = new_token()
            number = make_link(session, link, token, decision)
            results.append(MadeLink(number, link, name_of(catalog, link), f"{page_address(settings)}/{token}/"))
    return tuple(results)


def page_address(settings: Settings) -> str:
    """Return the address of the upload page, without a slash at its end."""
    return (settings.upload_url or settings.address_of(settings.upload_port)).rstrip("/")


def name_of(catalog: Catalog, link: UploadLink) -> str:
    """Return the name of a link's commune on the first day on which the link is valid, else the last one it had."""
    unit = catalog.units.find(link.unit, link.valid_from) or next(
        version for version in catalog.units.versions(link.unit) if version.valid_from == link.unit_valid_from
    )
    return unit.name
