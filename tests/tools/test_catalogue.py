"""The stored catalogue is the one that the docstrings give."""

import importlib
import inspect
import re
from pathlib import Path

import catalogue
import nbformat
import pytest
import written

from cnn_course import nets

ROOT = Path(__file__).resolve().parents[2]


def stored(name):
    """The text of the README, or of the cell of 00 with the catalogue."""
    if name == "README.md":
        return (ROOT / name).read_text(encoding="utf-8")
    cells = nbformat.read(ROOT / name, as_version=4).cells
    (source,) = (c.source for c in cells if "end of catalogue" in c.source)
    return source


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("README.md", ""), ("notebooks/00_start_here.ipynb", "../")],
)
def test_stored_catalogue_is_up_to_date(name, prefix):
    text = stored(name)
    fresh = written.replace(text, "catalogue", catalogue.catalogue(prefix))
    assert fresh == text, "run make notebooks"
    for path in re.findall(r"\]\(((?!http)[^)]*nets[^)]*)\)", text):
        assert (ROOT / name).parent.joinpath(path).is_file()


def test_every_block_is_listed_and_can_be_imported():
    lines = re.findall(r"from (\S+) import (\w+)", catalogue.blocks(""))
    listed = {getattr(importlib.import_module(m), name) for m, name in lines}
    defined = {
        function
        for module in {importlib.import_module(m) for m, _ in lines}
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(function).parameters)) == "x"
    }
    assert listed == defined
    assert len(lines) == len(listed) >= 29


def test_every_network_is_listed():
    rows = catalogue.networks("").splitlines()[2:]
    assert sorted(re.match(r"\| \[`(\w+)`", row)[1] for row in rows) == sorted(
        nets.__all__
    )


def test_every_row_has_a_formula_a_source_and_a_file():
    tables = f"{catalogue.blocks('')}\n{catalogue.networks('')}".splitlines()
    rows = [row for row in tables if row.startswith("| [")]
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        assert all(cells), row
        assert re.match(r"[A-Z\d²·]+ ", cells[1]), row  # formula or count
        assert "](https://" in cells[2], row
    assert len(rows) == row_count()


def row_count():
    """Blocks and networks, counted without the catalogue."""
    functions = [
        function
        for path in catalogue.NETS.glob("[a-z]*.py")
        for function in re.findall(
            r"^def ([a-z]\w*)\(\s*(x\b)?", path.read_text("utf-8"), re.MULTILINE
        )
    ]
    return sum(bool(x) or name in nets.__all__ for name, x in functions)
