"""Deterministic saving: equal content gives equal bytes, and formulas carry their results."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.writer.excel import ExcelWriter

from workbooks.cells.stamp import CHECKS_SHEET
from workbooks.template.blank import Blank, percentages

if TYPE_CHECKING:
    from _typeshed import SizedBuffer, StrPath

_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f>[^<]*</f>)<v\s*/?>(?:</v>)?</c>')

Results = Mapping[tuple[str, str], Decimal]
"""Results of formulas by sheet and A1 address; a formula without a result shows nothing."""


def save(blank: Blank) -> bytes:
    """Return the form as bytes, with the percentages of what is filled in; its only date is the period's last day."""
    workbook, assignment = blank.workbook, blank.assignment
    day = datetime.combine(assignment.last_day, time())
    properties = workbook.properties
    properties.creator = assignment.receiver
    properties.title = f"{assignment.form.number} {assignment.unit.name} {assignment.period}"
    properties.created = properties.modified = day
    buffer = BytesIO()
    by_part = {f"xl/worksheets/sheet{number}.xml": sheet.title for number, sheet in enumerate(workbook.worksheets, 1)}
    # save_workbook() would write the current time before it calls ExcelWriter.
    ExcelWriter(workbook, _SteadyArchive(buffer, blank, by_part)).save()
    return buffer.getvalue()


class _SteadyArchive(ZipFile):
    """Zip archive without timestamps that adds the results of formulas to its sheets."""

    def __init__(self, buffer: IO[bytes], blank: Blank, sheets: Mapping[str, str]) -> None:
        """Compute the results; `sheets` maps each part to the name of its sheet."""
        super().__init__(buffer, "w", ZIP_DEFLATED)
        self._sheets = sheets
        self._results: Results = percentages(blank)
        self._checks = blank.checks

    def writestr(
        self,
        zinfo_or_arcname: str | ZipInfo,
        data: "SizedBuffer | str",
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        """Write an entry with a fixed date."""
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        entry = ZipInfo(name, _FIRST_DAY_OF_ZIP)
        entry.compress_type = ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        super().writestr(entry, data, compress_type, compresslevel)

    def write(
        self,
        filename: "StrPath",
        arcname: "StrPath | None" = None,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        """Write a sheet that openpyxl left in a temporary file."""
        name = str(arcname)
        if self._checks is not None and self._sheets.get(name) == CHECKS_SHEET:
            self.writestr(name, self._checks.part)
            return
        sheet = _FORMULA.sub(lambda match: self._with_result(name, match), Path(filename).read_bytes())
        self.writestr(name, sheet, compress_type, compresslevel)

    def _with_result(self, part: str, match: re.Match[bytes]) -> bytes:
        cell, attributes, formula = match[1], match[2], match[3]
        if self._checks is not None and (self._sheets[part], cell.decode()) in self._checks.shown:
            # Without a result, programs compute it when they open the form.
            return b'<c r="' + cell + b'"' + attributes + b">" + formula + b"</c>"
        result = self._results.get((self._sheets[part], cell.decode()))
        kind = b"" if result is not None else b' t="str"'
        value = str(result if result is not None else "").encode()
        return b'<c r="' + cell + b'"' + attributes + kind + b">" + formula + b"<v>" + value + b"</v></c>"
