"""Texts that a stranger may put into a file name or a cell; every kind of output is tried with all of them."""

from pathlib import Path
from typing import Final

import yaml

_FILE = Path(__file__).with_suffix(".yaml")
_CASES = yaml.load(_FILE.read_bytes(), yaml.CSafeLoader)
LONGEST_CELL: Final = "=" + "dài " * 7_500
"""A cell of 30,000 letters."""
HOSTILE_TEXTS: Final[dict[str, str]] = {
    case["id"]: LONGEST_CELL if case["text"] == "LONG" else case["text"] for case in _CASES
}
ACTING: Final = frozenset(
    chr(code)
    for first, last in ((0, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069))
    for code in range(first, last + 1)
) - {"\n", "\t"}
"""Characters that no output passes on; written here a second time, apart from the program's own list."""
