"""What senders write by mail about warnings: lines by code, whatever mail programs put around them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mail.warning_answers import WarningAnswer, WarningCode, answers_in

OURS = """Báo cáo được tính, còn 2 cảnh báo. Nếu số liệu đúng, xin trả lời thư này, ví dụ
“57.1: đúng, vì trong tháng lập thêm hai tổ”; cán bộ số liệu sẽ xem lý do.
57.1. Biểu 01-T!E15: lớn bất thường
57-2.3. Biểu 01-T!E16: đúng bằng tháng trước
--
Thư tự động"""
REASONS = st.text(st.characters(categories=("L", "Nd", "Zs", "Po"), exclude_characters="\x85\u2028\u2029")).map(
    lambda text: f"lý do {' '.join(text.split())}".strip()
)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("57.1: đúng, vì lập thêm hai tổ", {"57.1": "lập thêm hai tổ"}),
        ("  57-2.3. ĐÚNG VÌ có hội chợ  ", {"57-2.3": "có hội chợ"}),
        ("57.1 - dung, vi co hoi cho", {"57.1": "co hoi cho"}),
        ("57.1) đúng: hai tổ mới", {"57.1": "hai tổ mới"}),
        ("57.1: đúng, vì lập thêm\nhai tổ ở thôn 3\n\nKính", {"57.1": "lập thêm hai tổ ở thôn 3"}),
        ("57.1: đúng, vì a\n57.2: đúng, vì b", {"57.1": "a", "57.2": "b"}),
        ("57.1: đúng, vì a\n57.1: đúng, vì b", {"57.1": "a"}),
        ("57.1: đúng, vì …", {"57.1": ""}),
        ("57.1: đúng", {"57.1": ""}),
        ("57.1: đúng, vì a\nVào T2, 2 thg 6, 2025, huyện đã viết:\n> 57.1: đúng, vì b", {"57.1": "a"}),
        ("57.1: sai, để sửa", {}),
        ("Cảm ơn", {}),
        ("> 57.1: đúng, vì a", {}),
    ],
)
def test_lines_that_answer(text: str, answers: dict[str, str]) -> None:
    """The code, “đúng”, “vì” and a reason, with the signs and accents that people type."""
    assert {str(each.code): each.reason for each in answers_in(text)} == answers


@given(reason=REASONS, is_marked=st.booleans())
def test_a_quoted_mail_of_ours_answers_nothing(reason: str, *, is_marked: bool) -> None:
    """Below an answer, marked by “>” or not."""
    quoted = "\n".join(f"> {line}" for line in OURS.splitlines()) if is_marked else OURS
    expected = (WarningAnswer(WarningCode(57, 2, 3), unicodedata.normalize("NFC", reason)),)
    assert answers_in(f"Kính gửi huyện,\n57-2.3: đúng, vì {reason}\n\n{quoted}") == expected


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """A reason has a letter, or is empty."""
    assert all(not each.reason or any(map(str.isalpha, each.reason)) for each in answers_in(text))
