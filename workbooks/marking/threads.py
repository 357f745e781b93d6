"""Threaded comments: where a commune has a thread on a cell, the pipeline's text is a reply in it.

Excel shows the thread and rebuilds the classic note from it; other programs show the note. So both carry the text.
Format: [MS-XLSX] 2.4.85 and following, threadedComment and person.
"""

from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from workbooks.marking.note_text import AUTHOR
from workbooks.marking.package import Package, Xml
from workbooks.marking.relations import THREADS, NewPart, Relations

_NAMESPACE = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_PERSON = "{7C0B6E1B-5B1E-5C7D-9C55-2F1D6E7A4B10}"
"""Id of the replying person in every file: the pipeline, which is in no directory."""
_PERSONS_TYPE = "application/vnd.ms-excel.person+xml"


def reply(package: Package, book: str, part: str, cell: str, text: str) -> None:
    """Reply in the thread of a cell, if it has one."""
    thread = [element for element in package.tree(part) if element.get("ref") == cell]
    if not thread:
        return
    first = next((item for item in thread if item.get("parentId") is None), thread[0])
    _introduce(package, book)
    answer = etree.Element(
        f"{{{_NAMESPACE}}}threadedComment",
        {
            "ref": cell,
            "dT": thread[-1].get("dT", "2000-01-01T00:00:00.00"),
            "personId": _PERSON,
            "id": f"{{{uuid5(NAMESPACE_URL, first.get('id', '') + cell)}}}".upper(),
            "parentId": first.get("id", ""),
        },
    )
    etree.SubElement(answer, f"{{{_NAMESPACE}}}text").text = text
    root = package.edit(part)
    root.insert(root.index(thread[-1]) + 1, answer)


def withdraw_replies(package: Package, part: str) -> None:
    """Remove the pipeline's replies from the threads of a sheet."""
    for item in [element for element in package.tree(part) if _is_ours(element)]:
        package.edit(part).remove(item)


def withdraw_person(package: Package, book: str) -> None:
    """Remove the pipeline from the persons who comment."""
    for part in Relations(package, book).targets("person"):
        if part in package:
            for item in [element for element in package.tree(part) if (element.get("id") or "").upper() == _PERSON]:
                package.edit(part).remove(item)


def _is_ours(comment: Xml) -> bool:
    return (comment.get("personId") or "").upper() == _PERSON


def _introduce(package: Package, book: str) -> None:
    relations = Relations(package, book)
    part = relations.existing("person")
    if part is None:
        new = NewPart("xl/persons/person{}.xml", f'<personList xmlns="{_NAMESPACE}"/>'.encode(), _PERSONS_TYPE)
        part, _ = relations.add_part("person", THREADS, new)
    if all(element.get("id") != _PERSON for element in package.tree(part)):
        person = {"displayName": AUTHOR, "id": _PERSON, "userId": AUTHOR, "providerId": "None"}
        etree.SubElement(package.edit(part), f"{{{_NAMESPACE}}}person", person)
