"""Options that several commands share, with one name and help text."""

from pathlib import Path
from typing import Annotated, Literal

import typer

AreaOption = Annotated[
    str, typer.Option("--area", help="Code of a commune, district, province or VN, or an area's id: 585, 585-cu.")
]
PeriodOption = Annotated[str, typer.Option("--period", help="Period: 2025-05, 2025-Q2, 2025-H1 or 2025.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables for people.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides; else the user of this machine.")]
FormOption = Annotated[str | None, typer.Option("--form", help="Id of the form, where several are reported.")]
BoundaryOption = Annotated[
    Literal["as_then", "as_now"],
    typer.Option("--boundary", help="On the boundaries of the period (as_then), or on today's (as_now)."),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="MOMENT", help="As known then: 2025-06-01T00:00 (Vietnam), or with +00:00."),
]
WaitOption = Annotated[
    int | None,
    typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for another run to end; else 10 minutes."),
]
CatalogOption = Annotated[
    Path | None,
    typer.Option("--catalog", metavar="FOLDER", help="Another catalogue than the deployment's, e.g. a draft of it."),
]
