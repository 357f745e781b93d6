"""Reads the parameters of the sample workbooks' generator and checks that it will find all it needs."""

from pathlib import PurePosixPath
from typing import Any

from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.schemas import check_document
from domain.indicators import Indicator, Measure
from domain.units import UnitRegister

_TYPICAL = "sample/typical.yaml"


def read_sample(files: CatalogFiles, indicators: dict[str, Indicator], units: UnitRegister) -> dict[str, object]:
    """Parameters by file name without its ending: `typical` for any area, an area's code for one with given totals.

    Raises:
        CatalogError: an indicator or unit is unknown, or `typical` does not say how to invent an indicator.
    """
    results: dict[str, object] = {}
    for document in files.documents("sample"):
        if document.file == _TYPICAL:
            data = check_document(document, "sample_typical")
            _check_typical(data, document, indicators)
        else:
            data = check_document(document, "sample_area")
            _check_area(data, document, indicators, units)
        results[PurePosixPath(document.file).stem] = data
    return results


def _check_typical(data: dict[str, Any], document: YamlDocument, indicators: dict[str, Indicator]) -> None:
    for part in ("shares", "counts"):
        for key in data[part]:
            _known(key, document, indicators, part, key)
    for number, group in enumerate(data["parts"]):
        for key in group:
            _known(key, document, indicators, "parts", number)
        if len({indicators[key].denominator_kind for key in group}) > 1:
            problem = "these indicators do not share one denominator kind"
            raise document.error(problem, "group those that do", "parts", number)
    for indicator in indicators.values():
        part = "shares" if indicator.measure is Measure.RATIO else "counts"
        if indicator.id not in data[part]:
            raise document.error(f"nothing says how to invent {indicator.id!r}", f"add it to {part}", part)
        kind = indicator.denominator_kind
        if part == "shares" and indicator.register_level is None and kind not in data["denominators"]:
            raise document.error(f"the denominator kind {kind!r} is missing", "add it", "denominators")


def _check_area(
    data: dict[str, Any], document: YamlDocument, indicators: dict[str, Indicator], units: UnitRegister
) -> None:
    for code in data["weights"]:
        if not units.versions(code):
            raise document.error(f"no unit has code {code!r}", "use codes of units/, in quotes", "weights", code)
    for key, total in data["totals"].items():
        _known(key, document, indicators, "totals", key)
        if ("denominator" in total) is not (indicators[key].measure is Measure.RATIO):
            raise document.error("a ratio has a denominator, a count has none", "correct it", "totals", key)
    if "wrong_first" in data:
        wrong = data["wrong_first"]
        _known(wrong["numerator_above_denominator"], document, indicators, "wrong_first", "numerator_above_denominator")
        _known(wrong["text_for_number"]["indicator"], document, indicators, "wrong_first", "text_for_number")


def _known(key: str, document: YamlDocument, indicators: dict[str, Indicator], *steps: str | int) -> None:
    if key not in indicators:
        raise document.error(f"indicator {key!r} is unknown", "use an id of indicators/", *steps)
