"""Tests of rules as formulas: what each kind becomes, and that Excel and LibreOffice take it."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from domain.catalog.catalog import Catalog
from domain.indicators import Absence
from domain.rules import FigureName, FigureRole, Rule, RuleStage
from expectations.registry import find_kind
from expectations.rule_scope import uses_other_reports
from workbooks.formulas.compile import compile_checks
from workbooks.formulas.expressions import filled, merged, text
from workbooks.formulas.lines import LineSource
from workbooks.formulas.registry import formula_kinds

DAY = date(2026, 6, 14)
KEPT_BY_THE_FORM = {"stated_percent", "denominator_equals_register", "villages_listed", "layout_in_force"}
"""Kinds that a form cannot break: it computes percentages, and locks what the register and its version give."""
FUNCTIONS = {
    "ABS", "AND", "FIND", "IF", "IFERROR", "INT", "ISNUMBER", "MIN", "N", "OR", "ROUND", "SUM", "SUMPRODUCT", "TRIM",
}  # fmt: skip
_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"><f>(.*?)</f></c>', re.DOTALL)
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')


def lines_of(catalog: Catalog) -> list[LineSource]:
    """Return lines as on a form: two ratios, a count that villages give too, and two villages."""
    ratios = ("dvc_toantrinh", "dvc_motphan")
    lines = [
        LineSource(catalog.indicators[name], "Nhãn", "Biểu", row, f"E{row}", f"D{row}")
        for row, name in enumerate(ratios, 15)
    ]
    count = catalog.indicators["hd_dvc"]
    lines.append(LineSource(count, "Số người", "Biểu", 17, "E17"))
    return lines + [LineSource(count, "Số người", "Thôn", row, f"D{row}", is_of_village=True) for row in (9, 10)]


def formulas_of(catalog: Catalog, rule: Rule | None = None, absence: Absence | None = None) -> Mapping[str, str]:
    """Return the formulas of the sheet of checks by address; with one rule only, and lines of one absence."""
    rules = catalog.rules if rule is None else {rule.id: rule}
    lines = lines_of(catalog)
    if absence is not None:
        lines = [replace(line, indicator=replace(line.indicator, absence=absence)) for line in lines]
    part = compile_checks(replace(catalog, rules=rules), lines, DAY).part.decode()
    return {address: html.unescape(formula) for address, formula in _CELL.findall(part)}


def rule_of(catalog: Catalog, kind: str, **parameters: object) -> Rule:
    """Return the first rule of a kind with other parameters, for all indicators, of all periods."""
    rule = next(rule for rule in catalog.rules.values() if rule.kind == kind)
    return replace(rule, indicators=(), parameters={**rule.parameters, **parameters})


_REPEATED = "(0+(OR($B$3=$B$3,$B$4=$B$3)))"
CASES = [
    ("not_negative", {}, "N($B$3)<0"),
    ("whole_number", {}, "N($B$3)<>INT(N($B$3))"),
    ("within_range", {"minimum": 2, "maximum": 9}, "AND(ISNUMBER($B$3),N($B$3)>=0,OR(N($B$3)<2,N($B$3)>9))"),
    ("numerator_within_denominator", {}, "AND(N($B$3)>0,N($D$3)>N($B$3))"),
    ("zero_denominator_with_numerator", {}, "AND(ISNUMBER($B$3),N($B$3)=0,N($D$3)>0)"),
    (
        "share_of_population",
        {"population": (FigureName("dvc_motphan", FigureRole.NUMERATOR),), "of": "form", "at_most_percent": 25},
        "AND(N($B$3)>0,N($D$4)>0,100*N($B$3)>25*N($D$4))",
    ),
    (
        "parts_and_total",
        {
            "parts": (FigureName("dvc_motphan", FigureRole.DENOMINATOR),),
            "total": (FigureName("dvc_toantrinh", FigureRole.DENOMINATOR),),
            "relation": "equal",
            "tolerance": 1,
        },
        "AND(ISNUMBER($B$3),ISNUMBER($B$4),OR((N($B$4))-(N($B$3))>(1+0.0000005),(N($B$4))-(N($B$3))<-(1+0.0000005)))",
    ),
    (
        "same_number_everywhere",
        {"least_populations": 1},
        f"AND(N($B$3)>0,(0)=0,{_REPEATED}>=1,100*{_REPEATED}>=50*(0+(OR(N($B$3)>0,N($B$4)>0))))",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "parameters", "condition"), CASES, ids=[case[0] for case in CASES])
def test_condition_of_a_kind(catalog: Catalog, kind: str, parameters: Mapping[str, object], condition: str) -> None:
    """A kind becomes the condition of the first line, as its SQL has it."""
    formulas = formulas_of(catalog, rule_of(catalog, kind, **parameters))
    assert any(formula.startswith(f"IF({condition},") for formula in formulas.values()), formulas


@pytest.mark.parametrize(
    ("absence", "condition"),
    [
        (Absence.REFUSE, 'OR(OR($C$3="blank",$C$3="na"),OR($E$3="blank",$E$3="na"))'),
        (Absence.WARN, 'OR(AND($C$3="blank",$E$3<>"na"),AND($E$3="blank",$C$3<>"na"))'),
    ],
)
def test_required_line(catalog: Catalog, absence: Absence, condition: str) -> None:
    """A required line needs numbers in both cells; an optional one may say that it does not apply."""
    formulas = formulas_of(catalog, rule_of(catalog, "required_indicator", absence=absence), absence)
    assert formulas["F3"].startswith(f"IF({condition},")


def test_later_denominator_is_compared_with_the_reference(catalog: Catalog) -> None:
    """The first required indicator of a population is what the others are compared with, at their own line."""
    formulas = formulas_of(catalog, rule_of(catalog, "same_denominator"))
    assert [address for address, formula in formulas.items() if "<>N($B$" in formula] == ["H4"]
    assert formulas["H4"].startswith("IF(AND(N($B$4)>0,N($B$3)>0,N($B$4)<>N($B$3)),")


def test_villages_are_added_up(catalog: Catalog) -> None:
    """The commune's figure is compared with the sum of its villages, and they with nothing."""
    formulas = formulas_of(catalog, rule_of(catalog, "village_sum"))
    sums = [formula for formula in formulas.values() if "SUM($D$6,$D$7)" in formula]
    assert [formula.partition(',"')[0] for formula in sums] == [
        "IF(AND(ISNUMBER($D$5),ABS(N($D$5)-SUM($D$6,$D$7))>0.0000005)"
    ]


def test_new_rule_of_a_known_kind_compiles(catalog: Catalog) -> None:
    """A rule that a deployment adds is on its forms, with its own words; at the stage shadow it is not."""
    rule = replace(rule_of(catalog, "within_range", maximum=77), id="own")
    assert any(">77" in formula for formula in formulas_of(catalog, rule).values())
    shadow = replace(rule, stages={RuleStage.SHADOW: date(2024, 1, 1)})
    assert not any(">77" in formula for formula in formulas_of(catalog, shadow).values())


def test_rules_of_one_report_are_compiled(catalog: Catalog) -> None:
    """Every kind that looks at one report has formulas, or is one that the form itself keeps."""
    indicators = catalog.indicators.values()
    alone = {rule.kind for rule in catalog.rules.values() if not uses_other_reports(rule, indicators)}
    assert alone == formula_kinds().keys() | KEPT_BY_THE_FORM


def test_kinds_cover_the_same_indicators_as_their_sql(catalog: Catalog) -> None:
    """A kind's formulas apply to exactly the indicators that its SQL applies to."""
    for name, kind in formula_kinds().items():
        for indicator in catalog.indicators.values():
            assert kind.applies_to(indicator) == find_kind(name).applies_to(indicator), (name, indicator.id)


def test_both_programs_take_the_formulas(catalog: Catalog) -> None:
    """Formulas are as short as Excel allows, and of functions that every version has."""
    for formula in formulas_of(catalog).values():
        assert len(formula) < 8192
        assert all(len(piece) <= 255 for piece in _LITERAL.findall(formula))
        assert set(re.findall(r"([A-Z]+)\(", _LITERAL.sub("", formula))) <= FUNCTIONS


def test_message_that_names_what_the_form_does_not_know(catalog: Catalog) -> None:
    """Such a rule says its title."""
    rule = rule_of(catalog, "not_negative")
    rule = replace(rule, message=replace(rule.message, vi="Ô {cell}: {unit_name}"))
    assert any(rule.title.vi in formula for formula in formulas_of(catalog, rule).values())


def test_long_text_is_cut_into_pieces() -> None:
    """Excel takes 255 characters in one piece; short pieces become one again, quotes and all."""
    assert text('a"b') == '"a""b"'
    assert [len(piece) for piece in _LITERAL.findall(text("x" * 300))] == [255, 45]
    assert merged('"SAI"&" ô "&D3&"""&"""&"."') == '"SAI ô "&D3&"""&""."'
    assert merged(text("x" * 300)) == text("x" * 300)


def test_unknown_fact_is_an_error(catalog: Catalog) -> None:
    """A text is never filled in half."""
    with pytest.raises(KeyError):
        filled(catalog.rules["not_negative"].message, {"cell": text("D15")})
