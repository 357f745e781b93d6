"""`tonghop serve`: serve published pages, the office's pages, and the page where communes upload their reports."""

from typing import Annotated

import typer

from flows.support.settings import Settings, patient

DESK_WAIT = 1
"""Seconds that an act at the desk waits for another one, while a person looks on; then it is kept until it can go."""


def serve(
    context: typer.Context,
    *,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; 0.0.0.0 for other machines, behind a proxy with TLS.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the published pages.")] = 8080,
    office_port: Annotated[
        int, typer.Option("--office-port", min=1, max=65535, help="Port of the officer's desk.")
    ] = 8081,
    upload_port: Annotated[
        int, typer.Option("--upload-port", min=1, max=65535, help="Port of the page where communes upload reports.")
    ] = 8082,
) -> None:
    """Serve published pages, the officer's desk behind a log-in, and the upload page; a port each.

    The second port is for users (tonghop users add), before them for who knows TONGHOP_OFFICE_AUTH=name:password. The
    third shows nothing to who has no link (tonghop links make). Set TONGHOP_BASE_URL, TONGHOP_OFFICE_URL and
    TONGHOP_UPLOAD_URL to the addresses that people's browsers use: the Prefect UI, notices and links name them.

    For who keeps it running: /health/live and /health/ready on the first port, and /metrics for Prometheus on the
    second, behind TONGHOP_OFFICE_AUTH.

    Example: TONGHOP_OFFICE_AUTH=an:secret tonghop serve --port 8080 --office-port 8081
    """
    settings: Settings = context.obj
    from contextlib import closing, nullcontext
    from datetime import UTC, datetime
    from functools import partial

    from cli.output.terminal import Terminal
    from domain.vietnam_time import day_in_vietnam
    from flows.actions.upload_checks import UploadChecks
    from flows.actions.users.accounts import is_desk_open
    from flows.support.catalog import open_catalog
    from flows.support.context import build_context
    from flows.support.stores.opening import open_landing, outbox_store, published_store
    from flows.support.warehouse import open_warehouse
    from publishing.figures.formatter import ReportFormatter
    from web.apps import published_site
    from web.desk.acts.waiting import carrying_out
    from web.desk.app import office_site
    from web.desk.context import DeskContext
    from web.health import health_routes
    from web.metrics import metrics_route
    from web.server import Site, run
    from web.upload.app import upload_site

    catalog = open_catalog(settings)
    terminal, formatter = Terminal(catalog, settings.lang), ReportFormatter(catalog, settings.lang)
    now = partial(datetime.now, UTC)
    today = lambda: day_in_vietnam(now())  # noqa: E731 # a clock, handed over
    engine = open_warehouse(settings)
    health = health_routes(engine, {"home": settings.home})
    sites = [Site(published_site(published_store(settings), formatter, today, engine, further=health), host, port)]
    terminal.say("serving_published", url=f"http://{host}:{port}/")
    credential = settings.office_auth.get_secret_value() if settings.office_auth else None
    acting = patient(settings, min(settings.wait_seconds, DESK_WAIT)).model_copy(update={"reading_workers": 1})
    desk = DeskContext(
        catalog,
        engine,
        settings.quality,
        outbox_store(settings),
        open_landing(settings),
        now,
        acting,
        partial(build_context, acting, now, engine),
        settings.lang,
        settings.areas,
        settings.reading_limits,
    )
    if is_desk_open(settings):
        metrics = [metrics_route(engine, now)]
        sites.append(Site(office_site(desk, credential, further=metrics), host, office_port))
        terminal.say("serving_office", url=f"http://{host}:{office_port}/")
    else:
        terminal.say("office_closed", "yellow")
    checks = UploadChecks(settings)
    sites.append(Site(upload_site(settings, engine, checks), host, upload_port))
    terminal.say("serving_upload", url=f"http://{host}:{upload_port}/")
    if host not in {"127.0.0.1", "localhost", "::1"}:
        terminal.say("serving_in_clear", "yellow")
    with closing(checks), carrying_out(desk) if is_desk_open(settings) else nullcontext():
        run(sites)
