"""The glossary: complete, in two languages, and linked both ways."""

import re
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
CELLS = nbformat.read(NOTEBOOKS / "glossary.ipynb", as_version=4).cells
TEXT = "\n\n".join(cell.source for cell in CELLS)
ENTRY = re.compile(
    r'^### ([a-z0-9 -]+)\n\n.*?<td dir="ltr"[^>]*>(.+?)</td>'
    r'<td dir="rtl" lang="ar"[^>]*>(.+?)</td></tr></table>\n\n(.+)$',
    re.MULTILINE,
)
ENTRIES = {entry[0]: entry[1:] for entry in ENTRY.findall(TEXT)}


def slug(term):
    """The anchor of a heading, the same in JupyterLab and in the book."""
    return term.replace(" ", "-")


def linked():
    """All (notebook, anchor) that link into the glossary."""
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for anchor in re.findall(
                    r"\]\(glossary\.ipynb#([^)]+)\)", cell.source
                ):
                    yield path.name, anchor


def test_every_heading_has_its_two_lines_once():
    headings = re.findall(r"^### (.+)$", TEXT, re.MULTILINE)
    assert headings == list(ENTRIES)
    assert len(headings) > 200
    assert {cell.cell_type for cell in CELLS} == {"markdown"}


def test_terms_are_sorted():
    assert list(ENTRIES) == sorted(ENTRIES)


@pytest.mark.parametrize("term", ENTRIES)
def test_entry(term):
    english, arabic, where = ENTRIES[term]
    for words in english, arabic:
        assert re.match(r"<strong>.+?</strong>: \S", words)
        assert "$" not in words
        assert "\n" not in words
    assert re.search("[\u0600-\u06ff]{2}", arabic)
    assert not re.search("[\u0600-\u06ff]", english)
    (file,) = re.findall(r"\]\((\w+\.ipynb)\)", where)
    assert (NOTEBOOKS / file).exists()


def test_links_into_the_glossary_find_their_term():
    missing = {
        (name, anchor)
        for name, anchor in linked()
        if anchor not in map(slug, ENTRIES)
    }
    assert missing == set()


def test_a_term_is_linked_once_and_nearly_all_are():
    anchors = [anchor for _, anchor in linked()]
    assert len(anchors) == len(set(anchors))
    assert len(anchors) > 0.9 * len(ENTRIES)
