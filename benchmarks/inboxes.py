"""Inboxes of the benchmark of nightly runs: sample reports of many communes, and the same with faults."""

import os
import random
import re
import shutil
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import track

from domain.catalog.catalog import load_catalog
from domain.periods import parse_period
from tests.tools.mutants import mutate, parts_of
from tests.workbooks.workbook_edits import pack
from workbooks.sample.inbox import make_sample

COUNTRY, PERIOD, SEED, DEFECTS = "VN", "2025-05", 1, 0.01
CONSOLE = Console(highlight=False)
_MISSING, _SPOILED, _SENT_TWICE, _CORRECTED = range(5), range(5, 7), range(7, 8), range(8, 11)
"""Of a hundred reports."""
_HOUR = 3600
_FIGURE = re.compile(rb'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?(?: t="n")?><v>([0-9]{2,8})</v>')


def make_inputs(communes: int, cache: Path) -> Path:
    """Return the folder of sample reports of the first communes of the country, made once and kept below `cache`."""
    folder = cache / f"{PERIOD}-{communes}-communes-tonghop-{version('tonghop')}"
    if folder.exists():
        return folder
    unfinished = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    sample = make_sample(load_catalog(), COUNTRY, [parse_period(PERIOD)], SEED, DEFECTS)
    reports = islice((file for file in sample if not file.is_correction), communes)
    for file in track(reports, "workbooks", total=communes, console=CONSOLE, transient=True):
        deliver(unfinished / file.path, file.data, file.delivered_at.timestamp())
    unfinished.rename(folder)
    return folder


def make_faulty(inputs: Path) -> Path:
    """Return a folder with the same reports, made once: some missing, spoiled, sent twice, or corrected by another."""
    folder = inputs.with_name(f"{inputs.name}-faulty")
    if folder.exists():
        return folder
    unfinished = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for number, path in enumerate(sorted(inputs.rglob("*.xlsx"))):
        percent, data, sent = 37 * number % 100, path.read_bytes(), path.stat().st_mtime  # neighbours fare differently
        target = unfinished / path.relative_to(inputs)
        if percent in _MISSING:
            continue
        deliver(target, mutate([data], number) if percent in _SPOILED else data, sent)
        if percent in _SENT_TWICE:
            deliver(target.with_stem(f"{target.stem} (2)"), data, sent + _HOUR)
        if percent in _CORRECTED:
            deliver(target.with_stem(f"{target.stem} (2)"), with_another_figure(data, number), sent + _HOUR)
    unfinished.rename(folder)
    return folder


def add_correction(inbox: Path) -> None:
    """Add a second report of one commune to an inbox, in which one figure is larger by one."""
    paths = sorted(inbox.rglob("*.xlsx"))
    first = paths[len(paths) // 2]
    data = with_another_figure(first.read_bytes(), SEED)
    deliver(first.with_stem(f"{first.stem} (2)"), data, first.stat().st_mtime + _HOUR)


def deliver(target: Path, data: bytes, sent: float) -> None:
    """Write a workbook as if it had been sent at a time, in seconds since 1970."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    os.utime(target, (sent, sent))


def with_another_figure(data: bytes, seed: int) -> bytes:
    """Return a workbook with one figure of its first sheet larger by one."""
    parts = parts_of(data)
    place = next(place for place, (name, _) in enumerate(parts) if name == "xl/worksheets/sheet1.xml")
    name, content = parts[place]
    figure = random.Random(seed).choice(list(_FIGURE.finditer(content)))
    start, end = figure.span(1)
    parts[place] = (name, content[:start] + str(int(figure[1]) + 1).encode() + content[end:])
    return pack(parts)
