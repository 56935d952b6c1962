"""Lay out the book's pages for Sphinx, as `make book` does first.

Into book/build/source: the README as the first page, the notebooks, the
catalogue, a page with the blocks of each file of cnn_course/nets/, and the
table of what differs between the backends.
"""

import ast
import re
import shutil
from pathlib import Path

import catalogue
import nbformat

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "book" / "build" / "source"
CATALOGUE = re.compile(r"\]\((?:\.\./)?CATALOGUE\.md\)")
REPOSITORY_FILE = re.compile(r"\]\((?:\.\./)?cnn_course/nets/(\w+)\.py\)")
PARTS = {
    "Start": "00",
    "I · Foundations": "0[1-6]",
    "II · Networks": "0[7-9] 1[0-3]",
    "III · Practice": "1[4-6]",
    "IV · Detection and segmentation": "1[7-9] 2[0-2]",
    "V · Applications and insight": "2[3-7]",
    "Appendix": "28",
    "Reference": "glossary",
}


def contents():
    """The tables of contents, one for each part, hidden but for the sidebar."""
    tables = []
    for part, patterns in PARTS.items():
        pages = [
            f"notebooks/{path.stem}"
            for pattern in patterns.split()
            for path in sorted((ROOT / "notebooks").glob(f"{pattern}*.ipynb"))
        ]
        if part == "Reference":
            pages += ["blocks/index", "backends"]
        lines = [":hidden:", f":caption: {part}", "", *pages]
        tables.append("\n".join(["```{toctree}", *lines, "```"]))
    return "\n\n".join(tables)


def first_page():
    """The README, without what only a repository has."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = text.split("## Where things are")[0]
    return f"{link_blocks(text, 'blocks/')}\n{contents()}\n"


def catalogue_page():
    """The catalogue, with a hidden table of the pages of the blocks' files."""
    text = (ROOT / "CATALOGUE.md").read_text(encoding="utf-8")
    text = link_blocks(text.replace("](notebooks/", "](../notebooks/"), "")
    pages = [path.stem for path in catalogue.files()]
    return "\n".join([text, "```{toctree}", ":hidden:", "", *pages, "```", ""])


def link_blocks(text, folder):
    """Turn links to files of nets/, and the catalogue, into those pages."""
    text = CATALOGUE.sub(f"]({folder}index.md)", text)
    return REPOSITORY_FILE.sub(rf"]({folder}\1.md)", text)


def notebook(path):
    """A notebook whose links to files of nets/ go to their pages."""
    pages = nbformat.read(path, as_version=4)
    for cell in pages.cells:
        if cell.cell_type == "markdown":
            cell.source = link_blocks(cell.source, "../blocks/")
    return pages


def imports_of(function, tree):
    """The imports of a file that a function of it needs."""
    names = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    needed = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            used = {(a.asname or a.name).split(".")[0] for a in node.names}
            if used & names:
                needed.append(ast.unparse(node))
    return needed


def block_page(path):
    """A page for a file of nets/: each block to copy, then the whole file."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    name, authors, address = catalogue.paper(path)
    parts = [f"# {name}", f"[{authors}]({address})."]
    for node, docstring in catalogue.block_functions(path):
        code = [*imports_of(node, tree), "", ""]
        code.append(ast.get_source_segment(source, node))
        parts += [f"## {node.name}", docstring.splitlines()[0], python(code)]
    parts += [
        "## The whole file",
        f"`cnn_course/nets/{path.name}`; it needs Keras and nothing else of "
        "the course.",
        python([source.rstrip()]),
    ]
    return "\n\n".join(parts) + "\n"


def python(lines):
    """A block of code in Markdown."""
    return "\n".join(["```python", *lines, "```"])


def lay_out(folder):
    """Write every page of the book into a folder."""
    (folder / "blocks").mkdir(parents=True)
    (folder / "index.md").write_text(first_page(), encoding="utf-8")
    shutil.copytree(
        ROOT / "notebooks" / "thumbnails", folder / "notebooks" / "thumbnails"
    )
    shutil.copy(ROOT / "book" / "backends.md", folder)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        nbformat.write(notebook(path), folder / "notebooks" / path.name)
    for path in catalogue.files():
        (folder / "blocks" / f"{path.stem}.md").write_text(
            block_page(path), encoding="utf-8"
        )
    (folder / "blocks" / "index.md").write_text(
        catalogue_page(), encoding="utf-8"
    )


if __name__ == "__main__":
    shutil.rmtree(SOURCE, ignore_errors=True)
    lay_out(SOURCE)
