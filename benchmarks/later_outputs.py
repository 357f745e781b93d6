"""The table of outputs, and what a nightly run takes without those that were added after its target was set."""

from collections.abc import Mapping
from typing import Final

OF_THE_FIRST_MEASUREMENT: Final = frozenset({"read revisions", "rollup.csv", "rollup.xlsx", "report.html"})
"""What was published when the target of the nightly run was set; all others are reported as rows of their own."""


def table_of(outputs: Mapping[str, float], floor: float, nightly: float) -> list[str]:
    """Return the lines of a Markdown table of outputs, and what a nightly run takes without those added later."""
    added = sum(seconds for name, seconds in outputs.items() if name not in OF_THE_FIRST_MEASUREMENT)
    return [
        "| output, rendered again in one process | CPU s | ÷ floor |",
        "|---|---|---|",
        *(f"| {name} | {seconds:.1f} | {seconds / floor:.2f} |" for name, seconds in outputs.items()),
        f"| all but {', '.join(sorted(OF_THE_FIRST_MEASUREMENT))} | {added:.1f} | {added / floor:.2f} |",
        f"| nightly run less these | {nightly - added:.1f} | {(nightly - added) / floor:.2f} |",
    ]
