"""A broken catalogue is refused with file, line, what is wrong and what to do: one edit at a time."""

import shutil
from pathlib import Path

import pytest

from domain.catalog.catalog import CatalogError, load_catalog
from domain.errors import TerminalError
from tests.catalog.edits import Edit, refusal

E_INVOICE, LAYOUT, FORM = "indicators/e_invoice.yaml", "layouts/cds_x_t-2025.1.yaml", "forms/cds_x_t.yaml"
COMMUNES, PAIRS, WEIGHTS = (
    "units/communes_until_2025-06-30.csv",
    "units/successions_2025-07-01.csv",
    "units/weights.csv",
)
TARGETS, HOLIDAYS, VILLAGES = "targets/targets.csv", "calendars/holidays.csv", "units/villages_585.csv"
OBLIGATIONS, DOMAIN, TYPICAL, SAMPLE = (
    "obligations/obligations.yaml",
    "messages/domain.yaml",
    "sample/typical.yaml",
    "sample/585.yaml",
)


TILES = "charts/tiles.csv"
PRECEDENCE, TABLE = "obligations/precedence.yaml", "layouts/hddt_t-2026.1.yaml"

ON_THEIR_LINE = [
    Edit(TILES, "585,22813,1,1", "585,22813,0,1", "a number from 1"),
    Edit(TILES, "585,22813,1,1", "99999,22813,1,1", "no unit has code 99999"),
    Edit(TILES, "585,22813,1,1", "585,585,1,1", "no commune has code 585"),
    Edit(TILES, "585,22816,1,2", "585,22813,1,2", "is taken in the area"),
    Edit(TILES, "585,22816,1,2", "585,22816,1,1", "is taken in the area"),
    Edit(SAMPLE, '"22813": 0.132', "22813: 0.132", 'write it in quotes: "22813"'),
    Edit(E_INVOICE, "flow: stock", "flow: stok", "one of: stock, flow, cumulative"),
    Edit(E_INVOICE, "frequency: month", "frequency: weekly", "month, quarter, half_year, year"),
    Edit(E_INVOICE, "absence: refuse", "absence: reject", "one of: refuse, warn"),
    Edit(E_INVOICE, "denominator_kind: enterprises_active", "denominator_kind: none", "not none"),
    Edit(E_INVOICE, "theme: e_invoice", "theme: e_invoices", "theme 'e_invoices' is unknown"),
    Edit(E_INVOICE, "id: hddt_hkd", "id: hddt_dn", "'hddt_dn' is already taken"),
    Edit(E_INVOICE, "id: hddt_hkd", "id: HDDT", "an id of small Latin letters"),
    Edit("indicators/themes.yaml", "id: ecommerce", "id: ehealth", "'ehealth' is already taken"),
    Edit("indicators/themes.yaml", "headline: true", "headline: maybe", "true or false"),
    Edit("calendars/calendars.yaml", "cut_off_day: 14", "cut_off_day: 31", "a day from 1 to 28"),
    Edit("calendars/calendars.yaml", "id: statistical", "id: administrative", "already taken"),
    Edit(FORM, "calendar: administrative", "calendar: lunar", "calendar 'lunar' is unknown"),
    Edit(FORM, "commune: 1", "commune: 0", "at least 1"),
    Edit("forms/marks.yaml", '{text: "x"', '{text: "–"', "'-' is already taken"),
    Edit("forms/words.yaml", '{text: "hai"', '{text: "Một"', "'một' is already taken"),
    Edit("forms/words.yaml", "number: 12", "number: 13", "a month's number, 1 to 12"),
    Edit("forms/words.yaml", 'kind: "Đặc khu"', 'kind: "Đặc khú"', "no unit is of the kind 'Đặc khú'"),
    Edit(LAYOUT, "form: cds_x_t", "form: other", "form 'other' is unknown"),
    Edit(LAYOUT, "indicator: hsskdt", "indicator: hsskd", "indicator 'hsskd' is unknown"),
    Edit(LAYOUT, "indicator: hddt_hkd", "indicator: hddt_dn", "is listed here twice"),
    Edit(LAYOUT, "indicator: hd_dvc", "indicator: tcnscd_tv", "is collected at village"),
    Edit(LAYOUT, "indicator: tcnscd_tv", "indicator: hd_dvc", "is listed here twice"),
    Edit(LAYOUT, "valid_from: 2024-01-01", "valid_from: 2024-1-1", "a day written as 2025-06-30"),
    Edit(LAYOUT, "input: yes_no", "input: tick", "one of: yes_no, number"),
    Edit("rules/ratios.yaml", "severity: critical", "severity: fatal", "one of: critical, hold, warning, info"),
    Edit("rules/ratios.yaml", "{block: 2024-01-01}", "{live: 2024-01-01}", "one of: shadow, warn, block"),
    Edit("rules/ratios.yaml", "{block: 2024-01-01}", "{}", "from which day the rule is at which stage"),
    Edit("rules/ratios.yaml", "{block: 2024-01-01}", "{block: 2024-02-30}", "no day of the calendar"),
    Edit(
        "rules/ratios.yaml",
        "{block: 2024-01-01}",
        "{block: 2024-01-01, warn: 2024-01-01}",
        "does not come after warn from 2024-01-01",
    ),
    Edit(OBLIGATIONS, "form: cds_x_t", "form: other", "form 'other' is unknown"),
    Edit(PRECEDENCE, "indicator: hddt_hkd", "indicator: hddt", "indicator 'hddt' is unknown"),
    Edit(PRECEDENCE, "indicator: hddt_hkd", "indicator: hddt_dn", "'hddt_dn' is already taken"),
    Edit(PRECEDENCE, "{form: cds_x_t", "{form: hddt", "form 'hddt' does not ask for this indicator"),
    Edit(SAMPLE, '"22831": 0.196', '"99999": 0.196', "no unit has code '99999'"),
    Edit(SAMPLE, "hsskdt: {numerator", "hsskd: {numerator", "indicator 'hsskd' is unknown"),
    Edit(SAMPLE, "numerator_above_denominator: dvc_toantrinh", "numerator_above_denominator: dvc", "is unknown"),
    Edit(TYPICAL, "per_resident: 0.751", "per_resident: -1", "a number from 0 up"),
    Edit(TYPICAL, "[dvc_toantrinh, dvc_motphan]", "[dvc_toantrinh, dvc]", "indicator 'dvc' is unknown"),
    Edit(TYPICAL, "[dvc_toantrinh, dvc_motphan]", "[dvc_toantrinh, hsskdt]", "do not share one denominator kind"),
    Edit(DOMAIN, "domain.state.parsed:", "domain.state.received:", "is listed here twice"),
    Edit(DOMAIN, 'vi: "đã nhận, chờ đọc"', 'vi: "đã nhận {"', "cannot be filled in"),
    Edit(DOMAIN, 'vi: "đã nhận, chờ đọc"', 'vi: "đã nhận {0.name}"', "is no plain name"),
    Edit(DOMAIN, 'vi: "đã nhận, chờ đọc"', 'vi: ""', "a text that is not empty"),
    Edit(TARGETS, "hddt_dn,province,,2024,100", "hddt,province,,2024,100", "indicator 'hddt' is unknown"),
    Edit(TARGETS, "hddt_dn,province,,2024,100", "hddt_dn,province,,2024,hundred", "a number with a decimal point"),
    Edit(TARGETS, "hddt_dn,province,,2024,100", "hddt_dn,ward,,2024,100", "one of: country, province"),
    Edit(TARGETS, "hddt_dn,province,,2025,100", "hddt_dn,province,,2024,100", "has a target already"),
    Edit(TARGETS, "hddt_dn,province,,2024,100", "hddt_dn,province,2024,100", "6 fields, the heading 7"),
    Edit(TARGETS, "indicator,level", "level,indicator", "the heading is"),
    Edit(HOLIDAYS, "2024-02-09", "2024-02-30", "is no day of the calendar"),
    Edit(HOLIDAYS, "2024-02-09", "2024-02-08", "is listed here twice"),
    Edit(HOLIDAYS, "2024-02-09", "9.2.2024", "a day written as 2025-06-30"),
]

IN_THEIR_FILE = [
    Edit(PRECEDENCE, "{form: cds_x_t", "{form: cds_x_t, from: 2026-01-01", "do not follow one another"),
    Edit(E_INVOICE, "    measure: ratio\n", "", "'measure' is a required property"),
    Edit(E_INVOICE, "    measure: ratio\n", "    measure: count\n", "none, for a count"),
    Edit(E_INVOICE, "    unit: {", "    colour: red\n    unit: {", "'colour' was unexpected"),
    Edit(E_INVOICE, "valid_from: 2025-06-01", "valid_from: 2025-06-01\n    valid_to: 2025-05-31", "lies before"),
    Edit(FORM, "commune: 1, ", "", "'commune' is a required property"),
    Edit("forms/marks.yaml", "not_applicable:", "not_relevant:", "required property"),
    Edit("forms/words.yaml", "file_words:", "name_words:", "required property"),
    Edit(
        LAYOUT,
        'label: "Tỷ lệ hồ sơ trực tuyến một phần"',
        'label: "TỶ LỆ hồ sơ trực tuyến toàn trình"',
        "reads the same",
    ),
    Edit(LAYOUT, 'header: "Kết quả (tử số)"', 'header: "Tổng số  (mẫu số)"', "reads the same"),
    Edit(LAYOUT, '"Kết quả thực hiện"]', '"mẫu số"]', "reads the same"),
    Edit(LAYOUT, "{role: note, header", "{role: unit, header", "two columns have the role unit"),
    Edit(LAYOUT, "role: numerator", "role: note", "two columns have the role note"),
    Edit(LAYOUT, "role: village_code", "role: note", "two columns have the role note"),
    Edit(LAYOUT, 'version: "2025.1"', "version: 2025.1", "a version in quotes"),
    Edit(LAYOUT, 'sheet: "Biểu 01-T"', 'sheet: "Biểu 01/T"', "a sheet's name as Excel takes it"),
    Edit(LAYOUT, "columns:", "texts: {no_such: x}\ncolumns:", "there is no text workbooks.no_such"),
    Edit(LAYOUT, "columns:", 'texts: {committee: "UBND {place}"}\ncolumns:', "the text 'committee' has no place"),
    Edit(LAYOUT, "    input: yes_no\n", "", "'input' is a required property"),
    Edit(OBLIGATIONS, "area: VN", 'area: "99999"', "no unit has code '99999'"),
    Edit(OBLIGATIONS, "valid_to: null", "valid_to: 2023-01-01", "lies before"),
    Edit("obligations/exemptions.yaml", "[]", "- unit: 22828\n  form: cds_x_t", "required property"),
    Edit("obligations/exemptions.yaml", "[]", "none", "is not a list"),
    Edit(SAMPLE, "tcnscd_xa: {numerator: 8, denominator: 8,", "tcnscd_xa: {numerator: 8,", "a ratio has a denominator"),
    Edit(DOMAIN, "domain.state.received:", "received:", "does not match"),
    Edit(VILLAGES, "22813-01,Thôn", "22813-01,Thôn,extra", "fields, the heading"),
]


ALWAYS_THERE = [
    "indicators/themes.yaml",
    TARGETS,
    "calendars/calendars.yaml",
    HOLIDAYS,
    "forms/marks.yaml",
    "forms/words.yaml",
    OBLIGATIONS,
    "obligations/exemptions.yaml",
    "units/successions.yaml",
    PAIRS,
    WEIGHTS,
]


@pytest.mark.parametrize("edit", ON_THEIR_LINE, ids=lambda edit: f"{edit.file}: {edit.says}")
def test_a_broken_value_is_named_with_its_line(root: Path, edit: Edit) -> None:
    """The complaint names the very line that was edited, what is wrong and what to do."""
    line = edit.make(root)
    error = refusal(root)
    assert (error.file, error.line) == (edit.file, line)
    assert edit.says in str(error)
    assert error.remedy


@pytest.mark.parametrize("edit", IN_THEIR_FILE, ids=lambda edit: f"{edit.file}: {edit.says}")
def test_a_broken_entry_is_named_with_its_file(root: Path, edit: Edit) -> None:
    """Where no single value is to blame, the complaint names the file and what is wrong in it."""
    edit.make(root)
    error = refusal(root)
    assert error.file == edit.file
    assert edit.says in str(error)
    assert error.remedy


def test_a_denominator_kind_without_a_name_is_named(root: Path) -> None:
    """A kind that an indicator is counted by needs a name for people."""
    Edit("indicators/non_cash_payment.yaml", "denominator_kind: schools", "denominator_kind: parks", "").make(root)
    error = refusal(root)
    assert error.file == DOMAIN
    assert "'parks' is in use and has no name" in str(error)
    assert error.remedy


@pytest.mark.parametrize("file", ALWAYS_THERE)
def test_a_missing_file_is_named(root: Path, file: str) -> None:
    """Each file that every catalogue has is asked for by name."""
    (root / file).unlink()
    error = refusal(root)
    assert (error.file, error.problem) == (file, "this file is missing")


@pytest.mark.parametrize("file", [E_INVOICE, FORM, LAYOUT, "rules/ratios.yaml", DOMAIN, SAMPLE])
def test_what_is_no_yaml_is_named_with_its_line(root: Path, file: str) -> None:
    """A slip of the keyboard gives a line, not a traceback of the YAML library."""
    path = root / file
    lines = path.read_text("utf-8").count("\n")
    with path.open("a", encoding="utf-8") as end:
        end.write("  ]: {\n")
    error = refusal(root)
    assert error.file == file
    assert error.line is not None
    assert abs(error.line - lines) <= 2
    assert "no YAML" in error.problem


@pytest.mark.parametrize("file", [E_INVOICE, FORM, DOMAIN])
def test_an_empty_file_is_named(root: Path, file: str) -> None:
    """An emptied file is no catalogue of nothing."""
    (root / file).write_text("# nothing\n", "utf-8")
    error = refusal(root)
    assert (error.file, error.problem) == (file, "the file is empty")


@pytest.mark.parametrize("file", [E_INVOICE, COMMUNES])
def test_text_in_another_unicode_form_is_refused(root: Path, file: str) -> None:
    """The same word in two Unicode forms would be two words."""
    path = root / file
    path.write_text(path.read_text("utf-8").replace("ơ", "o\u031b", 1), "utf-8")
    error = refusal(root)
    assert error.file == file
    assert error.line is not None
    assert "NFC" in error.problem


def test_text_in_another_encoding_is_refused(root: Path) -> None:
    """A file saved by an old editor is named, with the line of the first bad byte."""
    (root / TARGETS).write_bytes(b"indicator,level\n\xc0\xc1\n")
    error = refusal(root)
    assert (error.file, error.line) == (TARGETS, 2)
    assert "UTF-8" in error.problem


def test_an_issue_code_may_not_be_a_rules_id(root: Path) -> None:
    """One code has one text."""
    text = "{vi: a, en: a}"
    entry = f"numerator_within_denominator: {{severity: info, title: {text}, message: {text}, action: {text}}}\n"
    (root / "messages" / "issues.yaml").write_text(entry, "utf-8")
    error = refusal(root)
    assert (error.file, error.line) == ("messages/issues.yaml", 1)
    assert "also a rule's id" in error.problem


def test_text_key_in_two_files_is_refused(root: Path) -> None:
    """Each package has its own keys."""
    (root / "messages" / "zoo.yaml").write_text("domain.state.received: {vi: a, en: a}\n", "utf-8")
    error = refusal(root)
    assert (error.file, error.line) == ("messages/zoo.yaml", 1)
    assert "already taken" in error.problem


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("id: required_refused", "already taken"),
        ("id: new\n  indicators: [hddt]", "unknown indicator 'hddt'"),
        ("id: new\n  parameters: {share: [1]}", "a text or a number"),
        ("id: new\n  parameters: {parts: [hsskdt]}", "a figure as indicator.numerator"),
        ("id: new\n  parameters: {parts: [hsskdt.percent]}", "a figure as indicator.numerator"),
        ("id: new\n  parameters: {parts: [hsskdt.numerator, hssk.numerator]}", "unknown indicator 'hssk'"),
        ("id: new\n  parameters: {parts: [hd_dvc.denominator]}", "'hd_dvc', which has none"),
    ],
)
def test_rules_are_checked_too(root: Path, change: str, says: str) -> None:
    """Ids come once, indicators exist, parameters are plain values."""
    texts = "".join(f"  {name}: {{vi: a, en: a}}\n" for name in ("title", "message", "action"))
    tail = f"{texts}  severity: info\n  stages: {{shadow: 2025-01-01}}\n  source: s\n"
    (root / "rules" / "zoo.yaml").write_text(f"- {change}\n  kind: range\n{tail}", "utf-8")
    error = refusal(root)
    assert error.file == "rules/zoo.yaml"
    assert says in str(error)


def test_two_layouts_of_one_version_are_refused(root: Path) -> None:
    """A version names one workbook."""
    shutil.copy(root / LAYOUT, root / "layouts" / "zoo.yaml")
    error = refusal(root)
    assert error.file == "layouts/zoo.yaml"
    assert "has a layout 2025.1 already" in error.problem


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """A wrong setting is told apart from a broken file."""
    with pytest.raises(CatalogError, match="does not exist"):
        load_catalog(tmp_path / "nowhere")


def test_broken_catalogue_is_a_terminal_error(tmp_path: Path) -> None:
    """A broken catalogue is terminal: it is not retried."""
    with pytest.raises(TerminalError):
        load_catalog(tmp_path / "nowhere")
