"""Styles of generated workbooks: Times New Roman, white for fixed cells, pale yellow for input cells.

Pale green marks values filled in from the previous report, to be checked and changed.
"""

from enum import StrEnum

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.workbook import Workbook

FONT = "Times New Roman"
BODY_SIZE = 12

_LINE = Side(style="thin", color="FF7F7F7F")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_INPUT_FILL = PatternFill("solid", fgColor="FFFFF8DC")
_PREFILLED_FILL = PatternFill("solid", fgColor="FFE2EFDA")
_HEADER_FILL = PatternFill("solid", fgColor="FFDCE6F1")
_SECTION_FILL = PatternFill("solid", fgColor="FFF2F2F2")
_NOT_DUE_FILL = PatternFill("solid", fgColor="FFD9D9D9")
_COUNT = "#,##0"
_DECIMAL = "#,##0.00"
_TEXT = "@"


class StyleName(StrEnum):
    """Names of the cell styles, as stored in the workbook."""

    UPPER = "TH cơ quan cấp trên"
    COMMITTEE = "TH cơ quan"
    NATION = "TH quốc hiệu"
    MOTTO = "TH tiêu ngữ"
    FORM_NUMBER = "TH số biểu"
    PLACE = "TH ngày tháng"
    TITLE = "TH tiêu đề"
    SUBTITLE = "TH kỳ báo cáo"
    PARTY = "TH đơn vị"
    PARTY_INPUT = "TH đơn vị nhập"
    HEADER = "TH đầu cột"
    MARK = "TH số cột"
    CHAPTER = "TH phần"
    CHAPTER_CENTRED = "TH phần giữa"
    SECTION = "TH mục"
    SECTION_CENTRED = "TH mục giữa"
    LABEL = "TH nội dung"
    CENTRED = "TH giữa"
    FIGURE = "TH nhập số"
    FIGURE_DECIMAL = "TH nhập số lẻ"
    FIXED_FIGURE = "TH số cố định"
    PREFILLED = "TH số điền sẵn"
    PREFILLED_DECIMAL = "TH số lẻ điền sẵn"
    PREFILLED_CHOICE = "TH chọn điền sẵn"
    PERCENT = "TH tỷ lệ"
    CHOICE = "TH chọn"
    TEXT_INPUT = "TH nhập chữ"
    NOT_DUE = "TH không báo cáo"
    NOT_DUE_NOTE = "TH lý do không báo cáo"
    NO_FIGURE = "TH không có số"
    SIGN_ROLE = "TH chức danh ký"
    SIGN_HINT = "TH ghi chú ký"
    SIGN_NAME = "TH họ tên ký"
    FOOTNOTE = "TH chú thích"
    GUIDE_HEAD = "TH hướng dẫn mục"
    GUIDE = "TH hướng dẫn"
    CHECKS_SUMMARY = "TH tổng hợp kiểm tra"
    CHECKS_HEADER = "TH đầu cột kiểm tra"
    CHECKS_STATUS = "TH kiểm tra"


def figure_look(decimals: int, *, is_filled: bool = False) -> StyleName:
    """Return the style of a number cell: empty, or filled in from the previous report."""
    if is_filled:
        return StyleName.PREFILLED_DECIMAL if decimals else StyleName.PREFILLED
    return StyleName.FIGURE_DECIMAL if decimals else StyleName.FIGURE


def add_styles(workbook: Workbook, *, has_checks: bool) -> None:
    """Add the styles of `StyleName` and the default font to a new workbook; those of checks where it has them.

    Column widths are measured in digits of the default font, so it must be the font of the form.
    """
    # openpyxl has no public way to set the default font.
    normal = workbook._named_styles["Normal"]  # type: ignore[attr-defined] # noqa: SLF001 # no public way
    normal.font = _font()
    for style in (*_all_styles(), *(_check_styles() if has_checks else ())):
        workbook.add_named_style(style)


def _font(*, size: float = BODY_SIZE, bold: bool = False, italic: bool = False, grey: bool = False) -> Font:
    return Font(name=FONT, size=size, bold=bold, italic=italic, color="FF595959" if grey else "FF000000")


def _style(
    look: StyleName,
    font: Font,
    *,
    across: str = "center",
    box: bool = False,
    fill: PatternFill | None = None,
    number_format: str = "General",
    unlocked: bool = False,
) -> NamedStyle:
    style = NamedStyle(
        name=look.value,
        font=font,
        border=_BOX if box else Border(),
        alignment=Alignment(
            horizontal=across,
            vertical="center",
            # No wrapping of numbers: LibreOffice drops the indent of the second of two adjacent wrapped ones.
            wrap_text=across != "right",
            indent=1 if box and across in {"left", "right"} else 0,
        ),
        number_format=number_format,
        protection=Protection(locked=not unlocked),
    )
    if fill is not None:
        style.fill = fill
    return style


def _all_styles() -> tuple[NamedStyle, ...]:
    return (*_heading_styles(), *_table_styles(), *_input_styles(), *_foot_styles())


def _heading_styles() -> tuple[NamedStyle, ...]:
    motto = Font(name=FONT, size=13, bold=True, underline="single", color="FF000000")
    return (
        _style(StyleName.UPPER, _font()),
        _style(StyleName.COMMITTEE, _font(bold=True)),
        _style(StyleName.NATION, _font(bold=True)),
        _style(StyleName.MOTTO, motto),
        _style(StyleName.FORM_NUMBER, _font()),
        _style(StyleName.PLACE, _font(italic=True), unlocked=True),
        _style(StyleName.TITLE, _font(size=14, bold=True)),
        _style(StyleName.SUBTITLE, _font(italic=True)),
        _style(StyleName.PARTY, _font(), across="left"),
        _style(StyleName.PARTY_INPUT, _font(), across="left", unlocked=True),
    )


def _table_styles() -> tuple[NamedStyle, ...]:
    return (
        _style(StyleName.HEADER, _font(bold=True), box=True, fill=_HEADER_FILL),
        _style(StyleName.MARK, _font(size=10, italic=True), box=True),
        _style(StyleName.CHAPTER, _font(bold=True), across="left", box=True, fill=_SECTION_FILL),
        _style(StyleName.CHAPTER_CENTRED, _font(bold=True), box=True, fill=_SECTION_FILL),
        _style(StyleName.SECTION, _font(bold=True, italic=True), across="left", box=True),
        _style(StyleName.SECTION_CENTRED, _font(bold=True, italic=True), box=True),
        _style(StyleName.LABEL, _font(), across="left", box=True),
        _style(StyleName.CENTRED, _font(), box=True),
        _style(StyleName.FIXED_FIGURE, _font(), across="right", box=True, number_format=_COUNT),
        _style(StyleName.PERCENT, _font(), across="right", box=True, number_format="0.00"),
        _style(StyleName.NOT_DUE, _font(grey=True), across="right", box=True, fill=_NOT_DUE_FILL),
        _style(
            StyleName.NOT_DUE_NOTE, _font(size=11, italic=True, grey=True), across="left", box=True, fill=_NOT_DUE_FILL
        ),
        _style(StyleName.NO_FIGURE, _font(), across="right", box=True, fill=_SECTION_FILL),
    )


def _input_styles() -> tuple[NamedStyle, ...]:
    empty = (StyleName.FIGURE, StyleName.FIGURE_DECIMAL, StyleName.CHOICE)
    filled = (StyleName.PREFILLED, StyleName.PREFILLED_DECIMAL, StyleName.PREFILLED_CHOICE)
    return (
        *_figure_styles(empty, _INPUT_FILL),
        *_figure_styles(filled, _PREFILLED_FILL),
        _style(
            StyleName.TEXT_INPUT, _font(), across="left", box=True, fill=_INPUT_FILL, number_format=_TEXT, unlocked=True
        ),
    )


def _figure_styles(looks: tuple[StyleName, StyleName, StyleName], fill: PatternFill) -> tuple[NamedStyle, ...]:
    whole, decimal, choice = looks
    return (
        _style(whole, _font(), across="right", box=True, fill=fill, number_format=_COUNT, unlocked=True),
        _style(decimal, _font(), across="right", box=True, fill=fill, number_format=_DECIMAL, unlocked=True),
        _style(choice, _font(), box=True, fill=fill, unlocked=True),
    )


def _foot_styles() -> tuple[NamedStyle, ...]:
    return (
        _style(StyleName.SIGN_ROLE, _font(bold=True)),
        _style(StyleName.SIGN_HINT, _font(italic=True)),
        _style(StyleName.SIGN_NAME, _font(bold=True), unlocked=True),
        _style(StyleName.FOOTNOTE, _font(size=11, italic=True), across="left"),
        _style(StyleName.GUIDE_HEAD, _font(size=13, bold=True), across="left"),
        _style(StyleName.GUIDE, _font(), across="left"),
    )


def _check_styles() -> tuple[NamedStyle, ...]:
    summary, header, status = (
        NamedStyle(
            name=look.value,
            font=font,
            alignment=Alignment(
                horizontal="left", vertical="center", wrap_text=look is StyleName.CHECKS_HEADER, indent=1
            ),
        )
        for look, font in (
            (StyleName.CHECKS_SUMMARY, Font(name=FONT, size=BODY_SIZE, bold=True, color="FFC00000")),
            (StyleName.CHECKS_HEADER, _font(size=11, italic=True, grey=True)),
            (StyleName.CHECKS_STATUS, _font(size=11, grey=True)),
        )
    )
    return summary, header, status
