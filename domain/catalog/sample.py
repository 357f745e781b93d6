"""Reads the parameters of the sample workbooks' generator and checks the indicators and units that they name."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.kinds import SAMPLE_AREA, SAMPLE_TYPICAL
from domain.catalog.sample_models import SampleAreaFile, TypicalFile
from domain.indicators import Indicator, Measure
from domain.units import UnitRegister

_TYPICAL = "sample/typical.yaml"


def read_sample(files: CatalogFiles, indicators: Mapping[str, Indicator], units: UnitRegister) -> Mapping[str, object]:
    """Read the parameters by file name without its ending: `typical` for any area, a code for one with given totals.

    Raises:
        CatalogError: an indicator or unit is unknown, or a group of indicators shares no denominator kind.
    """
    results: dict[str, object] = {}
    for document in files.documents("sample"):
        if document.file == _TYPICAL:
            _check_typical(SAMPLE_TYPICAL.check_document(document), document, indicators)
        else:
            _check_area(SAMPLE_AREA.check_document(document), document, indicators, units)
        results[PurePosixPath(document.file).stem] = document.data
    return MappingProxyType(results)


def _check_typical(data: TypicalFile, document: YamlDocument, indicators: Mapping[str, Indicator]) -> None:
    for part, keys in (("shares", [*data.shares]), ("counts", [*data.counts])):
        for key in keys:
            _known(key, document, indicators, part, key)
    for number, group in enumerate(data.parts):
        for key in group:
            _known(key, document, indicators, "parts", number)
        if len({indicators[key].denominator_kind for key in group}) > 1:
            problem = "these indicators do not share one denominator kind"
            raise document.error(problem, "group those that do", "parts", number)


def _check_area(
    data: SampleAreaFile, document: YamlDocument, indicators: Mapping[str, Indicator], units: UnitRegister
) -> None:
    for code in data.weights:
        if not units.versions(code):
            raise document.error(f"no unit has code {code!r}", "use codes of units/, in quotes", "weights", code)
    for key, total in data.totals.items():
        _known(key, document, indicators, "totals", key)
        if (total.denominator is not None) is not (indicators[key].measure is Measure.RATIO):
            raise document.error("a ratio has a denominator, a count has none", "correct it", "totals", key)
    wrong = data.wrong_first
    if wrong is not None:
        _known(wrong.numerator_above_denominator, document, indicators, "wrong_first", "numerator_above_denominator")
        _known(wrong.text_for_number.indicator, document, indicators, "wrong_first", "text_for_number")


def _known(key: str, document: YamlDocument, indicators: Mapping[str, Indicator], *steps: str | int) -> None:
    if key not in indicators:
        raise document.error(f"indicator {key!r} is unknown", "use an id of indicators/", *steps)
