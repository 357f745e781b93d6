"""Random mutation of valid workbooks: bytes changed, files truncated, parts exchanged, markup rewritten or shuffled."""

import io
import random
import zipfile
from collections.abc import Callable, Sequence

from tests.tools.rewritings import REWRITINGS
from tests.tools.spoilings import SPOILINGS
from tests.workbooks.workbook_edits import pack

Parts = list[tuple[str, bytes]]


def mutate(originals: Sequence[bytes], seed: int) -> bytes:
    """Return a mutated workbook; the same seed gives the same bytes."""
    rng = random.Random(seed)
    data = rng.choice(originals)
    if rng.random() < 0.25 or not zipfile.is_zipfile(io.BytesIO(data)):
        return rng.choice((_flip, _truncate, _splice))(data, rng)
    parts = parts_of(data)
    for _ in range(rng.randint(1, 3)):
        _edit_parts(parts, rng)
    return pack(parts)


def rewrite(data: bytes, seed: int) -> bytes:
    """Return an equivalent workbook, after one or two rewritings that keep its meaning."""
    rng = random.Random(seed)
    parts = parts_of(data)
    for edit in rng.sample(REWRITINGS, rng.randint(1, 2)):
        edit(parts, rng)
    return pack(parts)


def parts_of(data: bytes) -> Parts:
    """Return names and contents of an archive's parts."""
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
    """Remove a slice, or insert a copy of another."""
    start, end, at = sorted(rng.randrange(len(data)) for _ in range(3))
    return data[:start] + data[end:] if rng.random() < 0.5 else data[:at] + data[start:end] + data[at:]


def _exchange(parts: Parts, rng: random.Random) -> None:
    first, second = rng.randrange(len(parts)), rng.randrange(len(parts))
    (name, content), (other_name, other_content) = parts[first], parts[second]
    parts[first], parts[second] = (name, other_content), (other_name, content)


def _drop(parts: Parts, rng: random.Random) -> None:
    if len(parts) > 1:
        del parts[rng.randrange(len(parts))]


def _shuffle(parts: Parts, rng: random.Random) -> None:
    """Copy, exchange or overwrite a few tags of a part's markup."""
    place = rng.randrange(len(parts))
    name, content = parts[place]
    tags = content.split(b"<")
    for _ in range(rng.randint(1, 6)):
        target, other = rng.randrange(len(tags)), rng.randrange(len(tags))
        match rng.randrange(5):
            case 0:
                tags[target] = tags[other]
            case 1:
                tags[target], tags[other] = tags[other], tags[target]
            case 2:
                tags[target] = bytes(rng.choice(b'0123456789"=/> -.,#AZe') for _ in tags[target])
            case 3:
                tags[target] = tags[target].replace(b'"', b"", 1)
            case _:
                tags.insert(target, tags[other])
    parts[place] = (name, b"<".join(tags))


def _renumber(parts: Parts, rng: random.Random) -> None:
    """Change a digit somewhere in the markup: an address, a style, a count, a figure."""
    place = rng.randrange(len(parts))
    name, content = parts[place]
    positions = [position for position, byte in enumerate(content) if byte in b"0123456789"]
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        if positions:
            changed[rng.choice(positions)] = rng.choice(b"0123456789")
    parts[place] = (name, bytes(changed))


_BLIND: tuple[Callable[[Parts, random.Random], None], ...] = (_exchange, _drop, _shuffle, _shuffle, _renumber)


def _edit_parts(parts: Parts, rng: random.Random) -> None:
    """Apply a blind edit, a format-aware one, or an equivalent rewriting."""
    if parts:
        rng.choice(rng.choices((_BLIND, SPOILINGS, REWRITINGS), (3, 5, 2))[0])(parts, rng)
