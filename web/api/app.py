"""The JSON API: areas, periods, figures, their lineage, and what changed since a version; read-only and public.

It says what the published pages say: names of files and cells, no file, nothing of what was refused but that it was.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.types import ASGIApp

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from domain.rollups import Boundary
from warehouse.queries import Explanation, explain
from warehouse.rollups.newest_figures import HeadSelector, RevisionHead, StoredFigure, newest_figures
from warehouse.rollups.published_figures import published_figures, published_since, published_version
from warehouse.store.engine import Engine, Session, reading
from web.api.answers import (
    ApiAbsentUnit,
    ApiArea,
    ApiAreas,
    ApiBesideFigure,
    ApiCell,
    ApiChange,
    ApiChanges,
    ApiContribution,
    ApiFailure,
    ApiFigure,
    ApiFigures,
    ApiLineage,
    ApiPart,
    ApiPeriod,
    ApiPeriods,
    ApiRevision,
    ApiRevisionChanges,
    ApiRevisions,
)

API_PREFIX: Final = "/api/v1"
_CODE: Final = r"^[0-9A-Za-z_-]{1,60}$"
_PERIOD: Final = r"^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?$"
_LAST: Final = 2**31 - 1
_FAILURES: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": ApiFailure, "description": "Nothing is published under these names"},
    422: {"model": ApiFailure, "description": "A parameter is not what it should be; the message names it"},
}

Code = Annotated[str, Path(pattern=_CODE)]
WantedCode = Annotated[str | None, Query(pattern=_CODE)]
WantedPeriod = Annotated[str | None, Query(pattern=_PERIOD, description="2025-05, 2025-Q2, 2025-H1 or 2025")]
Place = Annotated[int, Query(ge=0, le=_LAST, description="place to begin at")]
Most = Annotated[int, Query(ge=1, le=1000, description="most items of a page")]


def json_api(engine: Engine, catalog: Catalog) -> ASGIApp:
    """Return the API of a warehouse, to be mounted at `API_PREFIX`; its OpenAPI document is at `/openapi.json`."""
    app = FastAPI(
        title="tổng hợp",
        version="1",
        description="Published figures of communes on digital transformation. Read-only.",
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
    )
    app.include_router(_routes(engine, catalog))
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_wrong_parameter)

    @app.middleware("http")
    async def answer_by_version(request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Answer 304 to who has this version; every answer changes with a publication or the catalogue at most."""
        version = await run_in_threadpool(_version, engine)
        headers = {"ETag": f'"{version}-{catalog.version[:16]}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        response = await call_next(request)
        if response.status_code == 200:
            response.headers.update(headers)
        return response

    return app


def _version(engine: Engine) -> int:
    with reading(engine) as session:
        return published_version(session)


def _routes(engine: Engine, catalog: Catalog) -> APIRouter:
    router = APIRouter(responses=_FAILURES)

    def opened() -> Iterator[Session]:
        with reading(engine) as session:
            yield session

    read = Annotated[Session, Depends(opened)]

    @router.get("/areas")
    def areas(session: read, period: WantedPeriod = None) -> ApiAreas:
        """Return the areas with published figures, and their periods."""
        heads = newest_figures(session, HeadSelector(period=period)).heads
        grouped = groupby(heads, key=lambda head: (head.area, head.area_valid_from))
        return ApiAreas(version=published_version(session), items=[_area(list(of)) for _, of in grouped])

    @router.get("/periods")
    def periods(session: read, area: WantedCode = None) -> ApiPeriods:
        """Return the periods with published figures, newest first."""
        heads = sorted(newest_figures(session, HeadSelector(area=area)).heads, key=lambda head: head.period)
        grouped = groupby(heads, key=lambda head: head.period)
        items = [_period(period, list(of)) for period, of in grouped]
        return ApiPeriods(version=published_version(session), items=items[::-1])

    @router.get("/revisions")
    def revisions(session: read, area: WantedCode = None, period: WantedPeriod = None) -> ApiRevisions:
        """Return the newest published revision of each area, form, period and boundary."""
        heads = newest_figures(session, HeadSelector(area, period)).heads
        return ApiRevisions(version=published_version(session), items=list(map(ApiRevision.model_validate, heads)))

    @router.get("/figures")
    def figures(
        session: read,
        *,
        area: WantedCode = None,
        period: WantedPeriod = None,
        indicator: WantedCode = None,
        form: WantedCode = None,
        boundary: Boundary | None = None,
        first: Place = 0,
        most: Most = 200,
    ) -> ApiFigures:
        """Return the newest published figures, by area, form, period and boundary; in pages."""
        which = HeadSelector(area, period, form, boundary)
        listed = published_figures(session, which, indicator, first=first, most=most + 1)
        items = [_figure(head, figure, catalog) for head, figure in listed[:most]]
        following = first + most if len(listed) > most else None
        return ApiFigures(version=published_version(session), items=items, next=following)

    @router.get("/figures/{area}/{period}/{indicator}/lineage")
    def lineage(
        session: read,
        *,
        area: Code,
        period: Annotated[str, Path(pattern=_PERIOD)],
        indicator: Code,
        form: WantedCode = None,
        boundary: Boundary = Boundary.AS_THEN,
    ) -> ApiLineage:
        """Return where a newest published figure comes from, down to files and cells."""
        listed = published_figures(session, HeadSelector(area, period, form, boundary), indicator, first=0, most=2)
        if not listed:
            raise HTTPException(404, f"no figure {indicator} of {area} is published for {period}")
        if len(listed) > 1:
            raise HTTPException(404, f"{area} has several such figures; name one by form")
        ((head, figure),) = listed
        explained = explain(
            session, area, parse_period(period), indicator, head.number, form=head.form, boundary=boundary
        )
        return _lineage(_figure(head, figure, catalog), explained)

    @router.get("/changes")
    def changes(
        session: read,
        since: Annotated[int, Query(ge=0, le=_LAST, description="a version that an earlier answer named")] = 0,
        most: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ApiChanges:
        """Return what was published after a version, oldest first."""
        listed = published_since(session, since, most=most)
        items = [
            ApiRevisionChanges(
                version=each.version,
                revision=ApiRevision.model_validate(each.head),
                kind=each.kind,
                changes=list(map(ApiChange.model_validate, each.changes)),
            )
            for each in listed
        ]
        return ApiChanges(version=listed[-1].version if listed else since, items=items)

    return router


def _area(heads: list[RevisionHead]) -> ApiArea:
    newest = max(heads, key=lambda head: head.published_at)
    return ApiArea(
        area=newest.area,
        area_valid_from=newest.area_valid_from,
        area_name=newest.area_name,
        periods=sorted({head.period for head in heads}),
    )


def _period(period: str, heads: list[RevisionHead]) -> ApiPeriod:
    areas = {(head.area, head.area_valid_from) for head in heads}
    return ApiPeriod(period=period, areas=len(areas), published_at=max(head.published_at for head in heads))


def _figure(head: RevisionHead, figure: StoredFigure, catalog: Catalog) -> ApiFigure:
    indicator = catalog.indicators.get(figure.indicator)
    facts = {**head._asdict(), **figure._asdict(), "revision": head.number}
    if figure.target_assumed:
        facts["attained"] = None
    return ApiFigure(
        **{name: facts[name] for name in ApiFigure.model_fields if name in facts},
        indicator_name_vi=indicator.name.vi if indicator else None,
        indicator_name_en=indicator.name.en if indicator else None,
    )


def _lineage(figure: ApiFigure, explained: Explanation) -> ApiLineage:
    contributions = [each.contribution for each in explained.contributions]
    return ApiLineage(
        figure=figure,
        parts=[ApiPart(indicator=part.indicator, points=part.points) for part in explained.parts],
        contributions=[
            ApiContribution(
                unit=each.unit,
                unit_name=each.unit_name,
                period=each.period.id,
                numerator=each.numerator,
                denominator=each.denominator,
                weight=each.weight,
                file_name=each.file.file_name,
                file_sha256=each.file.sha256,
                cells=list(map(ApiCell.model_validate, each.sources)),
                form=explained.counted_forms.get(each.period.id, explained.form),
            )
            for each in contributions
        ],
        absent=[
            ApiAbsentUnit(unit=unit.code, unit_name=unit.name, period=unit.period.id, state=unit.state)
            for unit in explained.absent
        ],
        beside=[
            ApiBesideFigure(
                unit=each.unit,
                unit_name=each.unit_name,
                period=each.period.id,
                form=each.form,
                numerator=each.numerator,
                denominator=each.denominator,
                file_name=each.file.file_name,
                file_sha256=each.file.sha256,
                cells=list(map(ApiCell.model_validate, each.sources)),
            )
            for each in explained.beside
        ],
    )


def _on_http_error(_: Request, error: Exception) -> Response:
    status, message = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, str(error))
    return JSONResponse({"error": {"message": message}}, status)


def _on_wrong_parameter(_: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    message = "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in problems)
    return JSONResponse({"error": {"message": message}}, 422)
