"""The stored catalogue is the one that the docstrings give."""

import importlib
import inspect
import re
from pathlib import Path

import block_pictures
import catalogue
import numpy as np
import written
from PIL import Image

from cnn_course import nets

ROOT = Path(__file__).resolve().parents[2]


PAGE = ROOT / "CATALOGUE.md"


def test_stored_catalogue_is_up_to_date():
    text = PAGE.read_text(encoding="utf-8")
    fresh = written.replace(text, "catalogue", catalogue.catalogue(""))
    assert fresh == text, "run make notebooks"
    for path in re.findall(r"\]\(((?!http)[^)]*)\)", text):
        assert (ROOT / path).is_file()


def test_every_block_has_its_picture():
    blocks = {
        node.name
        for path in catalogue.files()
        for node, _ in catalogue.block_functions(path)
    }
    stored = {path.stem for path in block_pictures.PICTURES.glob("*.png")}
    assert stored == blocks
    assert {name.split(".")[1] for name in block_pictures.examples()} == blocks
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"/{name}.png)" in text for name in blocks)


def test_pictures_show_the_blocks_as_they_are():
    # Fonts differ by a hair between releases of Matplotlib; boxes do not.
    for name in block_pictures.examples():
        path = block_pictures.PICTURES / f"{name.split('.')[1]}.png"
        fresh = block_pictures.draw(name).convert("L")
        with Image.open(path) as stored:
            assert np.abs(np.subtract(stored.size, fresh.size)).max() <= 4, name
            small = [
                np.asarray(picture.resize((60, 60)), float)
                for picture in (stored.convert("L"), fresh)
            ]
        assert np.abs(small[0] - small[1]).mean() < 3, name


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
