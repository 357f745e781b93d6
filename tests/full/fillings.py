"""Random fillings of a form: as files for the reader, and side by side in one workbook for LibreOffice to compute."""

import csv
import io
import re
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from domain.layouts import ColumnRole
from workbooks.sample.figures import invent_figures
from workbooks.sample.fill import CellEntries, CellValue, entries_of
from workbooks.sample.series import SampleSeries
from workbooks.template.blank import Blank
from workbooks.template.save import save

_TEXTS = (
    "",
    "x",
    "X",
    "Không áp dụng",
    "KAD",
    "-",
    "–",
    "không",
    "Không phát sinh",
    "…",
    "...",
    "chưa có số liệu",
    "abc",
)
_WORDS = ("đang cập nhật", "nhiều", " ", *_TEXTS)
_INPUT = re.compile(r'<c r="(?P<cell>[A-Z]+[0-9]+)"(?P<style> s="[0-9]+") t="n"></c>')
_CELLS = re.compile("<sheetData>.*</sheetData>", re.DOTALL)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class FilledForm:
    """A form with entries: its bytes, and the markup of its sheets of lines, of villages and of checks."""

    data: bytes
    sheets: tuple[str, str, str]


class Fillings:
    """Random fillings of a blank form; equal seeds give equal ones."""

    def __init__(self, blank: Blank, series: SampleSeries) -> None:
        """Take the blank form apart."""
        assert blank.villages is not None
        self.blank, self._series = blank, series
        with zipfile.ZipFile(io.BytesIO(save(blank))) as archive:
            self._parts = {name: archive.read(name) for name in archive.namelist()}
        self._names = (blank.form.sheet, blank.villages.sheet, "_checks")
        self._files = tuple(f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 5))
        figures = invent_figures(series, blank.assignment)
        self._clean = entries_of(blank, figures)
        self._denominators = [
            (blank.form.sheet, cell)
            for (_, role), cell in blank.form.figures.items()
            if role is ColumnRole.DENOMINATOR and (blank.form.sheet, cell) in self._clean
        ]

    def make(self, seed: int) -> FilledForm:
        """Return a filling: invented figures of which a few, or most, were changed."""
        entries = self._entries(Random(seed))  # noqa: S311 # no secret
        sheets = [self._parts[name].decode() for name in self._files]
        for place, name in enumerate(self._names[:2]):
            own = {cell: value for (sheet, cell), value in entries.items() if sheet == name}
            sheets[place] = _INPUT.sub(lambda match, own=own: _written(match, own), sheets[place])
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            changed = dict(zip(self._files, sheets, strict=True))
            for name, content in self._parts.items():
                archive.writestr(name, changed.get(name, content))
        return FilledForm(buffer.getvalue(), (sheets[0], sheets[1], sheets[2]))

    def _entries(self, random: Random) -> CellEntries:
        entries = dict(self._clean)
        for place in random.sample(sorted(entries), random.choice((0, 1, 3, 8, 20, len(entries)))):
            entries[place] = _other(random, entries[place])
        if random.random() < 0.2:
            same = random.choice((0, 7, 100))
            for place in random.sample(self._denominators, random.randint(3, len(self._denominators))):
                entries[place] = same
        return entries

    def side_by_side(self, forms: Mapping[int, FilledForm]) -> bytes:
        """Return a workbook with the three sheets of each form by its number, named F0, V0, C0, F1 and so on."""
        buffer = io.BytesIO()
        names = [f"{letter}{number}" for number in forms for letter in "FVC"]
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for part in (
                "_rels/.rels",
                "xl/styles.xml",
                "docProps/app.xml",
                "docProps/core.xml",
                "docProps/custom.xml",
            ):
                archive.writestr(part, self._parts[part])
            sheets = (self._renamed(markup, number) for number, form in forms.items() for markup in form.sheets)
            for place, markup in enumerate(sheets):
                archive.writestr(f"xl/worksheets/sheet{place}.xml", markup)
            for name, content in _book(names):
                archive.writestr(name, content)
        return buffer.getvalue()

    def _renamed(self, markup: str, number: int) -> str:
        """Return the cells of a sheet alone, which refer to the sheets of their number."""
        form, villages, checks = self._names
        markup = f'<worksheet xmlns="{_MAIN}">{_CELLS.search(markup)[0]}</worksheet>'
        markup = markup.replace(f"'{form}'!", f"F{number}!").replace(f"'{villages}'!", f"V{number}!")
        return markup.replace(f"{checks}!", f"C{number}!")


def compute(workbooks: Iterable[bytes], folder: Path) -> Mapping[str, list[list[str]]]:
    """Return the rows of each sheet of all workbooks as LibreOffice computes them."""
    paths = [folder / f"side{number}.xlsx" for number, _ in enumerate(workbooks)]
    for path, workbook in zip(paths, workbooks, strict=True):
        path.write_bytes(workbook)
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    kind = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(folder / "csv"),
        *map(str, paths),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=1200)
    return {
        file.stem.partition("-")[2]: list(csv.reader(file.read_text("utf-8").splitlines()))
        for file in (folder / "csv").iterdir()
    }


def _other(random: Random, value: CellValue) -> CellValue:
    if isinstance(value, str):
        return random.choice(("Có", "Không", "", "có", "chưa", "không biết", None))
    number = int(value or 0)
    return random.choice(
        (
            None,
            0,
            -3,
            number * 10,
            number // 20,
            number + 1,
            number * 1000,
            2_000_000,
            12.5,
            number + 0.25,
            100,
            random.randint(0, 5000),
            random.choice(_WORDS),
        )
    )


def _written(match: re.Match[str], entries: Mapping[str, CellValue]) -> str:
    value = entries.get(match["cell"])
    if value is None:
        return match[0]
    start = f'<c r="{match["cell"]}"{match["style"]}'
    if isinstance(value, str):
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"{start}><v>{value}</v></c>"


def _book(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the parts of a workbook with sheets of these names."""
    entries = list(enumerate(names))
    sheets = "".join(f'<sheet name="{name}" sheetId="{number + 1}" r:id="r{number}"/>' for number, name in entries)
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number, _ in entries
    )
    styles = f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}{styles}</Relationships>',
    )
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{main}.worksheet+xml"/>'
        for number, _ in entries
    )
    types = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{main}.styles+xml"/>{overrides}'
    )
    yield "[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>'
