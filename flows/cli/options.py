"""Options that several commands share, so that they are called and explained the same everywhere."""

from typing import Annotated

import typer

AreaOption = Annotated[str, typer.Option("--area", help="Code of the district or province, e.g. 585.")]
PeriodOption = Annotated[str, typer.Option("--period", help="Period: 2025-05, 2025-Q2, 2025-H1 or 2025.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables for people.")]
FormOption = Annotated[str | None, typer.Option("--form", help="Id of the form, where several are reported.")]
WaitOption = Annotated[
    int | None,
    typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for another run to end; else 10 minutes."),
]
