"""A picture of each block of cnn_course/nets/, for the catalogue.

Each is drawn from the example that the tests run the block on.
"""

import importlib
import io
import sys
from pathlib import Path

import matplotlib.pyplot as plt
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "notebooks" / "thumbnails" / "blocks"
WIDER = 1.1  # than usual: boxes with a stride must not touch


def examples():
    """The examples: "file.block" -> (shape of x, arguments, ...)."""
    folder = str(ROOT / "tests" / "nets")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module("examples").BLOCKS
    finally:
        sys.path.remove(folder)


def draw(name):
    """Draw the block "file.block"; return a picture of few colours (PIL)."""
    import cnn_course.console.quiet  # isort: skip
    import keras

    from cnn_course import plots

    file, block = name.split(".")
    shape, arguments, *_ = examples()[name]
    function = getattr(
        importlib.import_module(f"cnn_course.nets.{file}"), block
    )
    x = keras.Input(shape)
    plots.block_diagram(keras.Model(x, function(x, **arguments)), title=block)
    figure = plt.gcf()
    figure.set_figwidth(WIDER * figure.get_figwidth())
    packed = io.BytesIO()
    figure.savefig(packed, dpi=80, bbox_inches="tight", facecolor="white")
    plt.close(figure)
    return Image.open(packed).convert("RGB").quantize(32)


def draw_all():
    """Write the picture of every block to its file."""
    PICTURES.mkdir(exist_ok=True)
    for name in examples():
        draw(name).save(PICTURES / f"{name.split('.')[1]}.png", optimize=True)
