"""Files of one store and nothing else, with the headers that browsers and Excel need."""

import mimetypes
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from connectors.stores.local import LocalStore
from domain.errors import TransientError
from domain.stores.store import Store

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
        _know_types()
        super().__init__(directory=root)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Resolve the path of a request to a file, or to none; called by Starlette with a path below the folder."""
        if not _is_served(path):
            return "", None
        return super().lookup_path(path)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Respond with the file; workbooks and tables are downloaded under their names, diacritics included."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_saved_as(Path(full_path).name))
        return response


def files_of(store: Store, read: Callable[[str], bytes]) -> ASGIApp:
    """Serve the files of a store, which `read` reads by their paths: a folder's by the system, so that ranges work.

    Names that begin with a dot are not served.
    """
    if isinstance(store, LocalStore):
        return Files(store.root)

    def serve(request: Request) -> Response:
        path = request.path_params["path"]
        return respond(request, path, read) if _is_served(path) else Response(status_code=404)

    return Router([Route("/{path:path}", serve)])


def respond(request: Request, path: str, read: Callable[[str], bytes]) -> Response:
    """Respond with a file that is read, or that it is what the browser has.

    Raises:
        HTTPException: 404, there is no such file; 503, the store does not answer.
    """
    try:
        data = read(path)
    except TransientError as error:
        raise HTTPException(503) from error
    except FileNotFoundError as error:
        raise HTTPException(404) from error
    tag = f'"{sha256(data).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    _know_types()
    name = PurePosixPath(path).name
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(data, media_type=kind, headers={"ETag": tag, **_saved_as(name)})


def _know_types() -> None:
    for ending, kind in _TYPES.items():
        mimetypes.add_type(kind, ending)


def _is_served(path: str) -> bool:
    return not any(part.startswith(".") for part in PurePosixPath(path).parts) and "\\" not in path


def _saved_as(name: str) -> Mapping[str, str]:
    """Return the header by which a file that browsers do not display is saved under its name."""
    if PurePosixPath(name).suffix.lower() in _SHOWN:
        return {}
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
