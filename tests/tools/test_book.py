"""What `make book` lays out for Sphinx, and the check of the site's links."""

import ast
import re

import catalogue
import links
import nbformat
import pytest

import book


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book") / "source"
    book.lay_out(folder)
    return folder


def test_every_page_is_in_the_contents(source):
    contents = (source / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^(?:notebooks|blocks)/\w+$", contents, re.M))
    notebooks = {f"notebooks/{p.stem}" for p in source.rglob("*.ipynb")}
    assert listed == notebooks | {"blocks/index"}
    blocks = (source / "blocks" / "index.md").read_text(encoding="utf-8")
    files = {path.stem for path in catalogue.files()}
    toctree = blocks.split("```{toctree}")[1]
    assert set(re.findall(r"^(\w+)$", toctree, re.M)) == files


def test_every_link_of_a_page_leads_to_a_page_or_a_picture(source):
    pages = {p: p.read_text(encoding="utf-8") for p in source.rglob("*.md")}
    for path in source.rglob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        prose = [c.source for c in cells if c.cell_type == "markdown"]
        pages[path] = "\n\n".join(prose)
    for path, text in pages.items():
        for link in re.findall(r"\]\((\S+?)\)", text):
            file = link.partition("#")[0]
            if file and "://" not in link:
                assert (path.parent / file).is_file(), f"{path.name}: {link}"


def test_the_catalogue_is_a_page_with_the_pictures_of_the_blocks(source):
    page = (source / "blocks" / "index.md").read_text(encoding="utf-8")
    assert page.startswith("# Catalogue\n")
    for path in catalogue.files():
        for node, _ in catalogue.block_functions(path):
            assert f"[`{node.name}`]({path.stem}.md)" in page
            assert f"thumbnails/blocks/{node.name}.png)" in page
    start = (source / "index.md").read_text(encoding="utf-8")
    assert "(blocks/index.md)" in start


@pytest.mark.parametrize("path", catalogue.files(), ids=lambda path: path.stem)
def test_a_page_has_each_block_and_the_whole_file(path):
    codes = re.findall(r"```python\n(.*?)\n```", book.block_page(path), re.S)
    *blocks, whole = codes
    assert whole == path.read_text(encoding="utf-8").rstrip()
    names = {node.name for node, _ in catalogue.block_functions(path)}
    assert {ast.parse(code).body[-1].name for code in blocks} == names


@pytest.mark.parametrize(
    ("link", "dead"),
    [
        ("other.html", False),
        ("other.html#here", False),
        ("other.html#there", True),
        ("missing.html", True),
        ("folder/missing.png", True),
        ("#top", False),
        ("#place", False),
        ("#nowhere", True),
        ("https://example.org/missing", False),
        ("other.html?page=2#here", False),
    ],
)
def test_dead_links(tmp_path, link, dead):
    (tmp_path / "other.html").write_text('<h1 id="here">Other</h1>')
    (tmp_path / "page.html").write_text(
        f'<h1 id="place">Page</h1><a href="{link}">go</a>'
    )
    found = [(str(page), target) for page, target in links.dead_links(tmp_path)]
    assert found == ([("page.html", link)] if dead else [])


def test_a_picture_must_be_there(tmp_path):
    (tmp_path / "page.html").write_text('<img src="lost.png">')
    assert [target for _, target in links.dead_links(tmp_path)] == ["lost.png"]
