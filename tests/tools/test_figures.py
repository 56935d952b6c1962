import base64
import io
import os
import subprocess
import sys
from pathlib import Path

import execute_notebooks
import figures
import nbformat
import numpy as np
import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[2]
SIZE = (480, 288)


def as_base64(picture):
    packed = io.BytesIO()
    picture.save(packed, "png")
    return base64.b64encode(packed.getvalue()).decode()


def drawn(up=0, colour="blue", label="0.731"):
    """A curve, a marker and a number, as a figure has them."""
    picture = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(picture)
    x = np.arange(40, 440)
    y = 150 - up + 60 * np.sin(x / 50)
    draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), colour, 2)
    draw.text((60, 20), label, "black", font_size=12)
    return picture


STORED = figures.shrink(as_base64(drawn()))


def output(png):
    return {"output_type": "display_data", "data": {"image/png": png}}


def test_the_same_figure():
    assert figures.difference(as_base64(drawn()), STORED) == ""


def test_what_a_rounding_changes_is_not_seen():
    pixels = np.asarray(drawn(), int)
    noise = np.random.default_rng(0).integers(-9, 10, pixels.shape)
    near = Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8))
    pixels = np.asarray(near).copy()
    pixels[100, 100:110] = 0  # ten pixels of another colour
    again = as_base64(Image.fromarray(pixels))
    assert figures.difference(again, STORED) == ""


@pytest.mark.parametrize(
    "other",
    [
        drawn(up=2),
        drawn(colour="red"),
        drawn(label="0.371"),
        Image.new("RGB", SIZE, "white"),
    ],
    ids=["moved", "another colour", "another number", "blank"],
)
def test_what_a_reader_would_see(other):
    said = figures.difference(as_base64(other), STORED)
    assert "of its pixels, and 0.02% may" in said


def test_another_size():
    wide = as_base64(Image.new("RGB", (500, 288), "white"))
    said = figures.difference(wide, STORED)
    assert said == "has 500×288 pixels, 480×288 are stored"


@pytest.mark.parametrize("tag", sorted(figures.VARIES))
def test_a_tagged_cell_s_figures_are_counted_only(tag):
    text = {"output_type": "stream", "text": "no figure"}
    stored = [text, output(STORED)]
    other = [output(as_base64(drawn(up=9))), text]
    assert figures.complaint(other, stored, [tag]) == ""
    assert "Figure 1 of the cell differs" in figures.complaint(other, stored)
    for fresh in ([text], [*other, *other]):
        said = figures.complaint(fresh, stored, [tag])
        assert said.endswith("figures are drawn, 1 are stored.")


def test_pytest_compares_figures(tmp_path):
    """Three cells draw, and then two of them other numbers than stored."""
    draw = "import matplotlib.pyplot as plt\nplt.plot([0, {}])\nplt.show()"
    notebook = nbformat.v4.new_notebook()
    for tags in ([], [], ["figure-varies"]):
        cell = nbformat.v4.new_code_cell(draw.format(1))
        cell.metadata["tags"] = tags
        notebook.cells.append(cell)
    path = tmp_path / "drawn.ipynb"
    nbformat.write(notebook, path)
    execute_notebooks.execute(path)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells[1:]:
        cell.source = draw.format("1, 0")
    nbformat.write(notebook, path)
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tools")])
    options = ["--nbval", "--nbval-current-env", "-p", "conftest"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, path],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "1 failed, 2 passed" in result.stdout
    assert "Cell 1: Figure 1 of the cell differs" in result.stdout
