"""Spoils good workbooks by chance: bytes changed, files cut short, parts exchanged, markup shuffled."""  # noqa: INP001

import io
import random
import warnings
import zipfile
from collections.abc import Callable, Sequence

Parts = list[tuple[str, bytes]]


def mutate(originals: Sequence[bytes], seed: int) -> bytes:
    """One spoilt workbook; the same seed gives the same bytes."""
    chance = random.Random(seed)  # noqa: S311 - no secret depends on it
    data = chance.choice(originals)
    if chance.random() < 0.3:
        return chance.choice((_flip, _truncate))(data, chance)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    for _ in range(chance.randint(1, 3)):
        _PART_EDITS[chance.randrange(len(_PART_EDITS))](parts, chance)
    return _pack(parts)


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _exchange(parts: Parts, chance: random.Random) -> None:
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    (first, content), (second, replacement) = parts[one], parts[other]
    parts[one], parts[other] = (first, replacement), (second, content)


def _drop(parts: Parts, chance: random.Random) -> None:
    if len(parts) > 1:
        del parts[chance.randrange(len(parts))]


def _shuffle(parts: Parts, chance: random.Random) -> None:
    """Copy, drop, exchange or overwrite a few pieces of one part's markup."""
    place = chance.randrange(len(parts))
    name, content = parts[place]
    pieces = content.split(b"<")
    for _ in range(chance.randint(1, 6)):
        one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        match chance.randrange(4):
            case 0:
                pieces[one] = pieces[other]
            case 1:
                pieces[one], pieces[other] = pieces[other], pieces[one]
            case 2:
                pieces[one] = bytes(chance.choice(b'0123456789"=/> -.,#AZe') for _ in pieces[one])
            case _:
                pieces.insert(one, pieces[other])
    parts[place] = (name, b"<".join(pieces))


def _renumber(parts: Parts, chance: random.Random) -> None:
    """Change a digit somewhere in the markup: an address, a style, a count, a figure."""
    place = chance.randrange(len(parts))
    name, content = parts[place]
    spots = [spot for spot, byte in enumerate(content) if byte in b"0123456789"]
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if spots:
            changed[chance.choice(spots)] = chance.choice(b"0123456789")
    parts[place] = (name, bytes(changed))


_PART_EDITS: tuple[Callable[[Parts, random.Random], None], ...] = (_exchange, _drop, _shuffle, _shuffle, _renumber)


def _pack(parts: Parts) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
