"""Writer of templates: for one commune, or for each commune of an area; existing files are kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import track

from cli.output.terminal import Terminal
from domain.errors import UsageError
from domain.layouts import Form
from domain.observations import PastObservation
from domain.periods import Period
from domain.units import OrgUnit
from workbooks.template.assignment import Assignment, assign
from workbooks.template.unit_table import build_unit_table
from workbooks.template.workbook import fill_template

Past = Callable[[OrgUnit], tuple[PastObservation, ...]]
"""Looks up what a commune reported before."""


@dataclass
class TemplateWriter:
    """Writes templates of one form and period.

    `past` looks up figures to prefill; None: no prefilling. `force`: overwrite existing files.
    """

    terminal: Terminal
    form: Form
    period: Period
    past: Past | None
    force: bool
    _without_past: list[str] = field(default_factory=list)

    def write_one(self, unit: OrgUnit, output: Path | None) -> None:
        """Write one commune's workbook.

        Raises:
            UsageError: the file exists already.
        """
        assignment = self._assign(unit)
        self._write(unit.name, assignment.file_name, fill_template(assignment), output)

    def write_table(self, area: str, output: Path | None) -> None:
        """Write the workbook with a row for each commune of an area.

        Raises:
            UsageError: the code means no unit in the period, or the file exists already.
        """
        name, data = build_unit_table(self.terminal.catalog, self.form.id, area, self.period)
        last_day = self.terminal.catalog.forms.last_day(self.form.id, self.period)
        self._write(self.terminal.catalog.units.get(area, last_day).name, name, data, output)

    def write_all(self, units: Sequence[OrgUnit], folder: Path) -> None:
        """Write a workbook for each commune; existing files are kept.

        Raises:
            UsageError: the folder is a file.
        """
        if folder.is_file():
            raise UsageError(f"{folder} is a file: with --area name a folder")
        left = 0
        label = self.terminal.text("template_writing")
        for unit in track(units, label, console=self.terminal.console, transient=True):
            assignment = self._assign(unit)
            target = folder / assignment.file_name
            if target.exists() and not self.force:
                left += 1
            else:
                _put(target, fill_template(assignment))
        self.terminal.say("templates_written", count=len(units) - left, period=self.period.id, form=self.form.number)
        self._show_written(folder.absolute())
        if left:
            self.terminal.say("templates_left", "yellow", count=left)

    def _write(self, unit: str, name: str, data: bytes, output: Path | None) -> None:
        target = output or Path(name)
        if target.is_dir():
            target /= name
        if target.exists() and not self.force:
            raise UsageError(f"{target} is there already; it may be filled. Choose another name or add --force")
        _put(target, data)
        self.terminal.say("template_written", unit=unit, period=self.period.id, form=self.form.number)
        self._show_written(target.absolute())

    def _assign(self, unit: OrgUnit) -> Assignment:
        past = self.past(unit) if self.past else ()
        if self.past and not past:
            self._without_past.append(f"{unit.code} {unit.bare_name}")
        return assign(self.terminal.catalog, self.form.id, unit, self.period, past)

    def _show_written(self, path: Path) -> None:
        self.terminal.print_path(path)
        if self._without_past:
            units = ", ".join(self._without_past)
            self.terminal.say("templates_without_past", "yellow", count=len(self._without_past), units=units)


def _put(target: Path, data: bytes) -> None:
    """Write a file atomically: a partial file would be kept as an existing one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(data)
    part.replace(target)
