"""Colours of fonts and fills, as far as it matters whether a text can be told from its background."""

from collections.abc import Mapping

BLACK, WHITE = "000000", "FFFFFF"
_INDEXED = {0: BLACK, 1: WHITE, 8: BLACK, 9: WHITE, 64: BLACK, 65: WHITE}
_THEME = {"0": WHITE, "1": BLACK}


def colour_of(attributes: Mapping[str, str], default: str) -> str:
    """A comparable name of a colour (ECMA-376 part 1, 18.8.3): six hexadecimal digits where these are known.

    A theme's own colours are not looked up: equal names are equal colours, different ones may look alike.
    """
    if rgb := attributes.get("rgb"):
        return rgb[-6:].upper()
    if theme := attributes.get("theme"):
        tint = attributes.get("tint", "")
        return f"theme {theme} {tint}" if tint or theme not in _THEME else _THEME[theme]
    index = attributes.get("indexed", "")
    if index.isdecimal():
        return _INDEXED.get(int(index), f"indexed {int(index)}")
    return default
