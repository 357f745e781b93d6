"""Carry a trial out and print how it ended: python -m tests.tools.scale --workbooks 1000."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests.tools.scale.trial import carry_out


def main(words: list[str]) -> int:
    """Carry the trial out; return 1 if its results differ from those of an undisturbed run."""
    argument_parser = argparse.ArgumentParser(description=__doc__)
    argument_parser.add_argument("--workbooks", type=int, default=1000, help="workbooks of the run")
    args = argument_parser.parse_args(words)
    with TemporaryDirectory(prefix="tonghop-scale-", ignore_cleanup_errors=True) as folder:
        result = carry_out(args.workbooks, Path(folder))
    console = Console(highlight=False)
    for moment, returned in result.returned.items():
        console.print(f"first slice of {moment} returned by a worker: {'yes' if returned else 'no'}")
    console.print(f"exit codes of the disturbed run and of those after it: {', '.join(map(str, result.exit_codes))}")
    console.print(f"differences from an undisturbed run: {', '.join(result.differences) or 'none'}")
    return int(bool(result.differences))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
