"""The parts of 00, README and CATALOGUE that `make notebooks` writes."""

from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
START = ROOT / "notebooks" / "00_start_here.ipynb"
README = ROOT / "README.md"
CATALOGUE = ROOT / "CATALOGUE.md"


def replace(text, name, part):
    """Put a part between its two marks in a text."""
    first = f"<!-- {name}: written by make notebooks -->"
    last = f"<!-- end of {name} -->"
    head, rest = text.split(first)
    _, tail = rest.split(last)
    return f"{head}{first}\n\n{part}\n\n{last}{tail}"


def write_start(name, part):
    """Write a part into 00, whose cells hold it."""
    notebook = nbformat.read(START, as_version=4)
    for cell in notebook.cells:
        if f"<!-- end of {name} -->" in cell.source:
            cell.source = replace(cell.source, name, part)
    nbformat.write(notebook, START)


def write_page(path, name, part):
    """Write a part into a Markdown page."""
    text = path.read_text(encoding="utf-8")
    path.write_text(replace(text, name, part), encoding="utf-8")
