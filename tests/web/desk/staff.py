"""Users of a desk, and browsers in which they are logged in."""

import shutil
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import date, datetime
from pathlib import Path
from typing import Final, ParamSpec, TypeVar
from urllib.parse import quote

import httpx2
import pytest
from starlette.testclient import TestClient

from connectors.landing import Landing
from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from domain.officers.users import Role, User
from flows.actions.users import accounts, passwords
from flows.actions.users.accounts import add_new_user
from tests.flows.pipeline.nightly_runs import NOW, context_of, settings_of
from tests.web.consulted_home import consult
from warehouse.store.engine import Engine
from web.desk.context import ActQueue, DeskContext

P, T = ParamSpec("P"), TypeVar("T")
OWN: Final = {"Sec-Fetch-Site": "same-origin"}
INSIDE, OUTSIDE = "585", "56"
"""District of the home's reports; a province of the time without any of them."""
REPORT: Final = "/reports/cds_x_t/22813/2025-05"
USERS: Final = {
    "administrator": User("quan.tri", "Trần Quản Trị", Role.ADMINISTRATOR),
    "officer": User("lan", "Nguyễn Thị Lan", Role.OFFICER),
    "officer of the district": User("mai", "Lê Thị Mai", Role.OFFICER, (INSIDE,)),
    "officer elsewhere": User("hoa", "Đỗ Thị Hoa", Role.OFFICER, (OUTSIDE,)),
    "viewer": User("an", "Phan Văn An", Role.VIEWER),
    "viewer of the district": User("binh", "Võ Văn Bình", Role.VIEWER, (INSIDE,)),
    "viewer elsewhere": User("chi", "Bùi Thị Chi", Role.VIEWER, (OUTSIDE,)),
}


def staffed(night_home: Path, home: Path) -> Path:
    """Copy a home, add users to its desk (the password of each is the name, three times), and consult the district."""
    shutil.copytree(night_home, home, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        hasher = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", lambda: hasher)
        for user in USERS.values():
            patch.setattr(accounts, "new_password", lambda name=user.name: name * 3)
            add_new_user(engine_of(home), context_of(home).catalog, user, NOW)
    consult(home, date(2025, 6, 10))
    return home


class AtOnce(Executor):
    """Carries out what it is handed before it returns."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Carry it out; an error of it is raised."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def office_of(catalog: Catalog, home: Path, now: datetime = NOW, **more: object) -> DeskContext:
    """Return what the desk of a home works with, at a moment and with settings of its own."""
    engine = context_of(home, **more).engine
    assert isinstance(engine, Engine)
    return DeskContext(
        catalog,
        engine,
        home / "quality",
        LocalStore(home / "outbox"),
        Landing(home / "landing"),
        lambda: now,
        settings_of(home, wait_seconds=0, **more),
        lambda: context_of(home, now, wait_seconds=0, **more),
        queue=ActQueue(AtOnce()),
    )


def engine_of(home: Path, **more: object) -> Engine:
    """Open the warehouse of a home."""
    engine = context_of(home, **more).engine
    assert isinstance(engine, Engine)
    return engine


def log_in(client: TestClient, name: str, password: str, to: str = "") -> httpx2.Response:
    """Send the form of log-in."""
    address = f"/log-in?to={quote(to)}" if to else "/log-in"
    return client.post(address, data={"name": name, "password": password}, headers=OWN, follow_redirects=False)


def logged_in(client: TestClient, who: str) -> TestClient:
    """Log one of the users in with a browser, in the place of the office's password."""
    client.headers.pop("Authorization", None)
    name = USERS[who].name
    answer = log_in(client, name, name * 3)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return client
