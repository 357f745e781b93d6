"""Acts that wait are cancelled, by who may, before they are begun."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from domain.catalog.catalog import Catalog
from tests.web.desk.acts.conftest import LATER, OWN, REPORT, ActsOffice, Officer
from tests.web.desk.staff import logged_in
from warehouse.officers.waiting_acts import begin_waiting_act
from warehouse.store.audit import examine
from warehouse.store.engine import reading, transaction
from web.desk.acts.waiting import carry_out_waiting

pytestmark = pytest.mark.long


def test_a_waiting_act_is_cancelled(
    staffed_home: Path, tmp_path: Path, open_desk: Callable[..., TestClient], catalog: Catalog
) -> None:
    """By its officer or an administrator, and by no other; it stays in the record, and is never carried out."""
    office = ActsOffice(Path(shutil.copytree(staffed_home, tmp_path / "home", symlinks=True)), open_desk, catalog)
    own, other, administrator = (
        Officer(logged_in(open_desk(office.home), who))
        for who in ("officer of the district", "officer", "administrator")
    )
    pages, answers = [], []
    with office.at_work():
        for officer in (own, administrator):
            pages.append(own.carry_out("withdraw", **REPORT, version="1").url.path)
            answers += [each.client.post(f"{pages[-1]}/cancel", headers=OWN).status_code for each in (other, officer)]
    assert (answers, office.waiting(), carry_out_waiting(office.desk)) == ([403, 200] * 2, (), 0)
    assert office.states() == ["accepted"]
    first, listed = (own.client.get(address).text for address in ("/", "/acts"))
    assert [page in first for page in pages] == [False, True]
    assert [page in listed for page in pages] == [True, True]
    assert ("Lê Thị Mai đã hủy" in listed, "Trần Quản Trị đã hủy" in first) == (True, True)
    with reading(office.desk.engine) as session:
        assert examine(session).faults == ()


def test_an_act_that_was_begun_is_not_cancelled(local: ActsOffice) -> None:
    """Who presses the button while it is being carried out comes to its record."""
    officer = local.officer
    with local.at_work():
        confirmed = officer.carry_out("withdraw", **REPORT, version="1")
    desk = local.desk
    (waiting,) = local.waiting()
    with transaction(desk.engine) as session:
        assert begin_waiting_act(session, waiting, LATER)
    assert officer.client.post(f"{confirmed.url.path}/cancel", headers=OWN).status_code == 200
    assert (carry_out_waiting(desk), local.states()) == (1, ["withdrawn"])
