"""Everything a file says about itself: its stamp, the heading of its form, where it lay."""

from dataclasses import dataclass

from workbooks.identify.heading import Heading
from workbooks.identify.hints import Hints
from workbooks.identify.stamp_reading import Stamp


@dataclass(frozen=True, slots=True)
class IdentificationSources:
    """What identification goes by; `headings` are those of all sheets that look like a form, the form's own first."""

    stamp: Stamp
    headings: tuple[Heading, ...]
    hints: Hints
