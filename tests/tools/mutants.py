"""Spoils good workbooks by chance: bytes changed, files cut short, parts exchanged, markup rewritten or shuffled."""

import io
import random
import zipfile
from collections.abc import Callable, Sequence

from tests.tools.rewritings import REWRITINGS
from tests.tools.spoilings import SPOILINGS
from tests.workbooks.workbook_edits import pack

Parts = list[tuple[str, bytes]]


def mutate(originals: Sequence[bytes], seed: int) -> bytes:
    """One spoilt workbook; the same seed gives the same bytes."""
    rng = random.Random(seed)
    data = rng.choice(originals)
    if rng.random() < 0.25 or not zipfile.is_zipfile(io.BytesIO(data)):
        return rng.choice((_flip, _truncate, _splice))(data, rng)
    parts = parts_of(data)
    for _ in range(rng.randint(1, 3)):
        _one_edit(parts, rng)
    return pack(parts)


def rewrite(data: bytes, seed: int) -> bytes:
    """The same workbook in other words: one or two rewritings that change no meaning."""
    rng = random.Random(seed)
    parts = parts_of(data)
    for edit in rng.sample(REWRITINGS, rng.randint(1, 2)):
        edit(parts, rng)
    return pack(parts)


def parts_of(data: bytes) -> Parts:
    """Names and contents of an archive's parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _splice(data: bytes, rng: random.Random) -> bytes:
    """Take out a piece, or put in a copy of another."""
    start, end, at = sorted(rng.randrange(len(data)) for _ in range(3))
    return data[:start] + data[end:] if rng.random() < 0.5 else data[:at] + data[start:end] + data[at:]


def _exchange(parts: Parts, rng: random.Random) -> None:
    result, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    (first, content), (second, replacement) = parts[result], parts[other]
    parts[result], parts[other] = (first, replacement), (second, content)


def _drop(parts: Parts, rng: random.Random) -> None:
    if len(parts) > 1:
        del parts[rng.randrange(len(parts))]


def _shuffle(parts: Parts, rng: random.Random) -> None:
    """Copy, drop, exchange or overwrite a few pieces of one part's markup."""
    place = rng.randrange(len(parts))
    name, content = parts[place]
    pieces = content.split(b"<")
    for _ in range(rng.randint(1, 6)):
        result, other = rng.randrange(len(pieces)), rng.randrange(len(pieces))
        match rng.randrange(5):
            case 0:
                pieces[result] = pieces[other]
            case 1:
                pieces[result], pieces[other] = pieces[other], pieces[result]
            case 2:
                pieces[result] = bytes(rng.choice(b'0123456789"=/> -.,#AZe') for _ in pieces[result])
            case 3:
                pieces[result] = pieces[result].replace(b'"', b"", 1)
            case _:
                pieces.insert(result, pieces[other])
    parts[place] = (name, b"<".join(pieces))


def _renumber(parts: Parts, rng: random.Random) -> None:
    """Change a digit somewhere in the markup: an address, a style, a count, a figure."""
    place = rng.randrange(len(parts))
    name, content = parts[place]
    spots = [spot for spot, byte in enumerate(content) if byte in b"0123456789"]
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        if spots:
            changed[rng.choice(spots)] = rng.choice(b"0123456789")
    parts[place] = (name, bytes(changed))


_BLIND: tuple[Callable[[Parts, random.Random], None], ...] = (_exchange, _drop, _shuffle, _shuffle, _renumber)


def _one_edit(parts: Parts, rng: random.Random) -> None:
    """A blind edit, one that knows the format, or one that means no harm."""
    if parts:
        rng.choice(rng.choices((_BLIND, SPOILINGS, REWRITINGS), (3, 5, 2))[0])(parts, rng)
