"""Deterministic saving: equal content gives equal bytes, and formulas carry their results."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from workbooks.template.assignment import Assignment

if TYPE_CHECKING:
    from _typeshed import SizedBuffer, StrPath

_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f>[^<]*</f>)<v\s*/?>(?:</v>)?</c>')

Results = Mapping[tuple[str, str], Decimal]
"""Results of formulas by sheet and A1 address; a formula without a result shows nothing."""


def save(workbook: Workbook, assignment: Assignment, results: Results) -> bytes:
    """Return the workbook as bytes; the only date inside is the period's last day."""
    day = datetime.combine(assignment.last_day, time())
    properties = workbook.properties
    properties.creator = assignment.receiver
    properties.title = f"{assignment.form.number} {assignment.unit.name} {assignment.period}"
    properties.created = properties.modified = day
    buffer = BytesIO()
    by_part = {f"xl/worksheets/sheet{number}.xml": sheet.title for number, sheet in enumerate(workbook.worksheets, 1)}
    # save_workbook() would write the current time before it calls ExcelWriter.
    ExcelWriter(workbook, _SteadyArchive(buffer, by_part, results)).save()
    return buffer.getvalue()


class _SteadyArchive(ZipFile):
    """Zip archive without timestamps that adds the results of formulas to its sheets."""

    def __init__(self, buffer: IO[bytes], sheets: Mapping[str, str], results: Results) -> None:
        """Keep the results; `sheets` maps each part to the name of its sheet."""
        super().__init__(buffer, "w", ZIP_DEFLATED)
        self._sheets = sheets
        self._results = results

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
        sheet = _FORMULA.sub(lambda match: self._with_result(name, match), Path(filename).read_bytes())
        self.writestr(name, sheet, compress_type, compresslevel)

    def _with_result(self, part: str, match: re.Match[bytes]) -> bytes:
        cell, attributes, formula = match[1], match[2], match[3]
        result = self._results.get((self._sheets[part], cell.decode()))
        kind = b"" if result is not None else b' t="str"'
        value = str(result if result is not None else "").encode()
        return b'<c r="' + cell + b'"' + attributes + kind + b">" + formula + b"<v>" + value + b"</v></c>"
