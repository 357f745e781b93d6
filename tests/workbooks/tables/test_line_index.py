"""Tests of the index of lines: the indicators' names and their usual short forms, and suggestions for others."""

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from workbooks.tables.line_index import LineIndex

NAMES = {
    "tcnscd_xa": "Tỷ lệ xã, thị trấn có Tổ công nghệ số cộng đồng",
    "hd_dvc": "Số người được hướng dẫn dùng DVC trực tuyến trong kỳ",
    "hddt_dn": "Tỷ lệ doanh nghiệp sử dụng hóa đơn điện tử",
    "hddt_hkd": "Tỷ lệ hộ kinh doanh sử dụng hóa đơn điện tử",
    "hddt_mtt": "Hộ KD/cơ sở dùng HĐĐT khởi tạo từ máy tính tiền",
    "dn_nentangso": "Tỷ lệ doanh nghiệp sử dụng nền tảng số",
    "tk_15": "Tỷ lệ người từ 15 tuổi có tài khoản thanh toán",
    "qr_cskd": "Tỷ lệ cơ sở/hộ KD chấp nhận TTKDTM (QR/POS)",
    "hocphi_kdtm": "Cơ sở giáo dục thu học phí không dùng tiền mặt",
    "vienphi_kdtm": "Cơ sở y tế thu viện phí không dùng tiền mặt",
    "ansinh_tk": "Tỷ lệ đối tượng ASXH được chi trả qua tài khoản",
    "tttt_hs": "Tỷ lệ hồ sơ thanh toán trực tuyến",
    "dvc_toantrinh": "Tỷ lệ hồ sơ trực tuyến toàn trình",
    "dvc_motphan": "Tỷ lệ hồ sơ trực tuyến một phần",
    "tthc_phatsinh": "Tỷ lệ DVCTT có phát sinh hồ sơ",
    "dung_han": "Tỷ lệ hồ sơ giải quyết trước và đúng hạn",
    "sohoa_tn": "Tỷ lệ số hóa hồ sơ khi tiếp nhận",
    "sohoa_kq": "Tỷ lệ cấp kết quả điện tử / số hóa kết quả",
    "kthac_lai": "Tỷ lệ khai thác, sử dụng lại dữ liệu số hóa",
    "dd_kichhoat": "Tỷ lệ kích hoạt tài khoản định danh điện tử (mức 2)",
    "hsskdt": "Tỷ lệ người dân có hồ sơ sức khỏe điện tử",
    "so_skdt_vneid": "Sổ sức khỏe điện tử tích hợp trên VNeID",
    "vb_dt": "Tỷ lệ văn bản trao đổi dưới dạng điện tử (trừ mật)",
    "hscv": "Tỷ lệ hồ sơ công việc xử lý trên môi trường mạng",
    "tmdt_sp": "Sản phẩm (OCOP) trên sàn TMĐT",
    "tmdt_hkd": "Hộ SXKD có tài khoản/gian hàng TMĐT",
    "smartphone": "Tỷ lệ dân số trưởng thành có điện thoại thông minh",
    "cqbr": "Tỷ lệ hộ có Internet cáp quang",
}
"""Names of the indicators as offices list them."""

SHORT = {
    "hddt_dn": "TL DN sử dụng HĐĐT",
    "hddt_hkd": "Hộ KD sử dụng HĐĐT",
    "dn_nentangso": "DN sử dụng nền tảng số",
    "tttt_hs": "Tỷ lệ HS thanh toán trực tuyến",
    "dvc_toantrinh": "Hồ sơ trực tuyến toàn trình",
    "hsskdt": "Người dân có HSSKĐT",
    "hscv": "Tỷ lệ HSCV xử lý trên môi trường mạng",
    "tmdt_sp": "Sản phẩm OCOP trên sàn TMĐT",
    "vb_dt": "VB trao đổi dưới dạng điện tử",
    "ansinh_tk": "Tỷ lệ đối tượng hưởng ASXH được chi trả qua TK",
}
"""Short forms that people use."""


@pytest.fixture
def index(catalog: Catalog) -> LineIndex:
    """The index of the shipped layout."""
    return LineIndex(catalog.indicators, catalog.forms.layout_for("cds_x_t", parse_period("2025-05")))


@pytest.mark.parametrize(("indicator", "label"), [*NAMES.items(), *SHORT.items()])
def test_a_name_finds_its_line(index: LineIndex, indicator: str, label: str) -> None:
    """Each name and short form is the label of its own line, and of no other."""
    assert [line.indicator for line in index.called(label)] == [indicator]


@pytest.mark.parametrize("label", ["Tỷ lệ thôn, khu phố có Tổ CNSCĐ", "Số thành viên Tổ CNSCĐ"])
def test_a_name_of_the_village_sheet_is_known(index: LineIndex, label: str) -> None:
    """The names of indicators that are asked for by village are known, and are no lines."""
    assert index.is_of_villages(label)
    assert not index.called(label)


def test_every_label_with_a_word_less_suggests_its_line(index: LineIndex) -> None:
    """The label is suggested whichever of its words is missing."""
    for label in index.labels:
        words = label.split()
        for number in range(len(words)):
            short = " ".join(words[:number] + words[number + 1 :])
            assert index.called(short) or label in index.nearest(short, index.labels), short


def test_a_label_without_three_of_its_words_suggests_its_line(index: LineIndex) -> None:
    """The label is suggested where several words are missing."""
    label = "Tỷ lệ cơ sở, hộ kinh doanh chấp nhận thanh toán không dùng tiền mặt"
    assert index.nearest("Tỷ lệ cơ sở chấp nhận thanh toán không tiền mặt", index.labels)[0] == label


def test_a_label_with_a_remark_suggests_its_line(index: LineIndex) -> None:
    """The label is suggested for a longer one that holds all of its words."""
    near = index.nearest("Tỷ lệ hồ sơ trực tuyến toàn trình so với tổng số hồ sơ đã tiếp nhận", index.labels)
    assert near[0] == "Tỷ lệ hồ sơ trực tuyến toàn trình"


def test_a_line_of_their_own_suggests_nothing(index: LineIndex) -> None:
    """A line that a commune added is like none of the form's."""
    assert index.nearest("Số camera an ninh trên địa bàn", index.labels) == ()
