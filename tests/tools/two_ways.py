"""Compare both ways of parsing on thousands of mutated forms: never another figure, period, unit or issue.

    python -m tests.tools.two_ways                       # 10,000 mutants
    python -m tests.tools.two_ways --mutants 500 --seed 3
    python -m tests.tools.two_ways --corpus folder       # every workbook of a folder, as it is

The exit status is 1 if the direct way gives another report than the careful one. Forms are saved by us and by openpyxl.
"""

import argparse
import io
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
from rich.progress import track

from domain.catalog.catalog import Catalog, load_catalog
from tests.builders import make_workbook
from tests.tools.mutants import mutate, parts_of, rewrite
from tests.workbooks.workbook_edits import pack
from workbooks.cells.guards import Limits
from workbooks.direct.parse import DirectParser
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.text.catalog_cache import cached_per_catalog

PERIOD = "2025-05"
UNITS = ("22813", "22810", "22816")
_CELL = re.compile(rb"<c [^<>]*>(?:<f>[^<]*</f>)?<(?:v|is><t)>([^<]*)</")
_STRING = re.compile(rb"<si><t[^<>]*>([^<]*)</")
_CONTENTS = (
    b"", b"0", b"7", b"-3", b"12.5", b"0.94", b"1", b"100", b"1e3", b"007", b" 5", b"5.0", b"86.99999999999999",
    b"999999999999", b"x", b"-", b"C&#243;", b"Kh&#244;ng", b"D&#7921; th&#7843;o", b"nguy&#7877;n V&#259;n A",
    b"T&#259;ng so v&#7899;i th&#225;ng tr&#432;&#7899;c", b"s&#7889; li&#7879;u th&#225;ng 4", b"Th&#225;ng 4/2025",
    b"2025-04", b"22810", b"X&#227; L&#226;m S&#417;n", b"T&#7893;ng c&#7897;ng", b"5/8", b"ngh&#236;n", b"_x000D_",
    b"&#160;", b"&#10;", b"a &amp; b", b"&nbsp;", b"]]>", b"\xff", b"H&#7841;n g&#7917;i b&#225;o c&#225;o: 15/7/2025",
)  # fmt: skip


@cached_per_catalog
def forms(catalog: Catalog) -> list[bytes]:
    """Return forms of several units as we save them, and the same saved again by openpyxl."""
    own = [make_workbook(catalog, unit, PERIOD) for unit in UNITS]
    return own + [saved_by_openpyxl(data) for data in own]


def saved_by_openpyxl(data: bytes) -> bytes:
    """Return a workbook opened and saved again by openpyxl."""
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


@cached_per_catalog
def trained_parser(catalog: Catalog) -> DirectParser:
    """Return a parser that knows the skeletons of these forms."""
    parser = DirectParser(catalog)
    for data in 2 * forms(catalog):
        parser.parse(data, Hints(""), Limits())
    return parser


def retype(data: bytes, seed: int) -> bytes:
    """Return a workbook in which the contents of one to three cells were replaced, or one cell's type or style."""
    rng = random.Random(seed)
    parts = dict(parts_of(data))
    names = [name for name in parts if name.startswith("xl/worksheets/sheet") or name == "xl/sharedStrings.xml"]
    for _ in range(rng.randint(1, 3)):
        name = rng.choice([*names, names[0], names[0]])
        pattern = _STRING if name.endswith("Strings.xml") else _CELL
        matches = list(pattern.finditer(parts[name]))
        if not matches:
            continue
        match = rng.choice(matches)
        content = rng.choice((*_CONTENTS, *(other[1] for other in rng.sample(matches, min(9, len(matches))))))
        parts[name] = parts[name][: match.start(1)] + content + parts[name][match.end(1) :]
    return pack(list(parts.items()))


def mutants(originals: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield mutants by turns: contents replaced, bytes and parts damaged, markup rewritten."""
    for number in range(seed, seed + count):
        match number % 4:
            case 0:
                yield mutate(originals, number)
            case 1:
                yield rewrite(originals[number % len(originals)], number)
            case _:
                yield retype(originals[number % len(originals)], number)


def main() -> int:
    """Compare, print the counts, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path)
    args = parser.parse_args()
    catalog = load_catalog()
    originals = forms(catalog)
    direct = trained_parser(catalog)
    if args.corpus is not None:
        paths = sorted(args.corpus.rglob("*.xlsx"))
        files = [(path.read_bytes(), Hints(path.name, path.relative_to(args.corpus).parts[:-1])) for path in paths]
    else:
        files = [(data, Hints("report.xlsx")) for data in mutants(originals, args.mutants, args.seed)]
    went = different = 0
    for number, (data, hints) in enumerate(track(files, "comparing")):
        report = direct.parse_known(data, hints, Limits())
        went += report is not None
        if report is not None and report != parse_report(data, catalog, hints):
            different += 1
            sys.stdout.write(f"different: number {number + args.seed}, {hints.file_name}\n")
    sys.stdout.write(f"{len(files)} files, {went} went directly, {different} different\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
