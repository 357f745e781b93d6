"""Static files of one folder and nothing else, with the headers that browsers and Excel need."""

import mimetypes
import os
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_TYPES: Final = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".xls": "application/vnd.ms-excel",
    ".csv": "text/csv",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".woff2": "font/woff2",
}
_SHOWN: Final = frozenset({".html", ".css", ".js", ".txt", ".json", ".png", ".svg", ".ico", ".woff", ".woff2", ".ttf"})
"""Extensions that a browser displays; other files are downloaded under their names."""


class Files(StaticFiles):
    """The regular files below a folder. Links are followed if they lead to files within it.

    Names that begin with a dot are not served: they hold revisions, staging files and locks.
    """

    def __init__(self, root: Path) -> None:
        """Serve this folder, which is created if it is missing."""
        root.mkdir(parents=True, exist_ok=True)
        for ending, kind in _TYPES.items():
            mimetypes.add_type(kind, ending)
        super().__init__(directory=root)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Resolve the path of a request to a file, or to none; called by Starlette with a path below the folder."""
        if any(part.startswith(".") for part in Path(path).parts) or "\\" in path:
            return "", None
        return super().lookup_path(path)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Respond with the file; workbooks and tables are downloaded under their names, diacritics included."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        name = Path(full_path).name
        if Path(name).suffix.lower() not in _SHOWN:
            response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        return response
