"""Marking cells with threaded comments adds a reply to the thread."""

from openpyxl.comments import Comment
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from tests.workbooks.marking.test_annotate import marked, parts_of, sheets_of, wrong
from tests.workbooks.workbook_edits import edit_parts, save
from workbooks.marking.mark_removal import read_without_marks

_THREADS = "xl/threadedComments/threadedComment1.xml"
_KIND = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
_THREAD = (
    '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    '<threadedComment ref="B2" dT="2025-05-15T00:00:00.00" personId="{P}" id="{0A}"><text>Số của công an</text>'
    "</threadedComment></ThreadedComments>"
)


def _with_thread() -> bytes:
    """Return a workbook with a thread on B2 and the classic note that Excel keeps for older programs."""
    book = Workbook()
    book.worksheets[0]["B2"] = 1
    book.worksheets[0]["B2"].comment = Comment("[Threaded comment]\n\nComment:\n    Số của công an", "tc={0A}")
    relation = f'<Relationship Id="rT" Type="{_KIND}" Target="../threadedComments/threadedComment1.xml"/>'
    declared = f'<Override PartName="/{_THREADS}" ContentType="application/vnd.ms-excel.threadedcomments+xml"/>'
    return edit_parts(
        save(book),
        [
            {
                "part": "xl/worksheets/_rels/sheet1.xml.rels",
                "replace": ["</Relationships>", f"{relation}</Relationships>"],
            },
            {"part": "[Content_Types].xml", "replace": ["</Types>", f"{declared}</Types>"]},
            {"part": _THREADS, "content": _THREAD},
        ],
    )


def test_ours_is_a_reply_and_the_commune_s_words_stay(catalog: Catalog) -> None:
    """The thread keeps its comments and gets a reply; a cell without a thread gets a note."""
    data = _with_thread()
    out = marked(catalog, data, wrong("Sheet", "B2", "C3"))
    thread = parts_of(out)[_THREADS].decode()
    assert thread.index("Số của công an") < thread.index("Phải sửa")
    assert 'parentId="{0A}"' in thread
    assert thread.count("<threadedComment ") == 2
    assert sheets_of(read_without_marks(out)) == sheets_of(read_without_marks(data))


def test_replies_are_gone_from_the_next_return(catalog: Catalog) -> None:
    """On resubmission the reply is removed and the commune's comment stays."""
    again = marked(catalog, marked(catalog, _with_thread(), wrong("Sheet", "B2")), ())
    thread = parts_of(again)[_THREADS].decode()
    assert "Số của công an" in thread
    assert thread.count("<threadedComment ") == 1
