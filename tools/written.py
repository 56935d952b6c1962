"""The parts of 00 and of the README that `make notebooks` writes."""

from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
START = ROOT / "notebooks" / "00_start_here.ipynb"
README = ROOT / "README.md"


def replace(text, name, part):
    """Put a part between its two marks in a text."""
    first = f"<!-- {name}: written by make notebooks -->"
    last = f"<!-- end of {name} -->"
    head, rest = text.split(first)
    _, tail = rest.split(last)
    return f"{head}{first}\n\n{part}\n\n{last}{tail}"


def update(name, in_start, in_readme):
    """Write a part, with links that fit each place, into 00 and the README."""
    notebook = nbformat.read(START, as_version=4)
    for cell in notebook.cells:
        if f"<!-- end of {name} -->" in cell.source:
            cell.source = replace(cell.source, name, in_start)
    nbformat.write(notebook, START)
    text = README.read_text(encoding="utf-8")
    README.write_text(replace(text, name, in_readme), encoding="utf-8")
