"""Every import that a page, a notebook or the contract names works."""

import ast
import importlib
import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
# What other projects' code and notebooks call: names and places stay.
CONTRACT = {
    "geometry": "output_size same_padding receptive_field layer_table",
    "scratch": "conv2d conv2d_backward pool2d pool2d_backward",
    "nets": "lenet5 alexnet vgg16 vgg19 resnet18 resnet34 resnet50 resnet101 "
    "resnet152 googlenet inception_v3 inception_resnet_v2 mobilenet_v1 "
    "mobilenet_v2 mobilenet_v3_small mobilenet_v3_large densenet121 "
    "efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 "
    "efficientnet_b4 efficientnet_b5 efficientnet_b6 efficientnet_b7 unet",
    "pretrained": "load_imagenet_weights",
    "detection": "iou nms coco_evaluate",
    "datasets": "load names",
    "pipelines": "train_val_from_directory",
    **dict.fromkeys(("filters", "transfer", "measure", "plots", "check"), ""),
    "finetune": "main",
}
# Where things once were: no alias is left behind.
GONE = [
    *("adversarial", "explain", "faces", "style", "super_resolution"),
    *("downloads", "gestures", "glyphs", "handwriting", "layout", "scenes"),
    *("all_reduce", "diagrams", "explore", "progress", "quiet"),
    *("check.foundations", "datasets.glyphs"),
]


IMPORT = re.compile(
    r"(?:from cnn_course[\w.]* import (?:\([^)]+\)|\w+(?:, \w+)*)"
    r"|import cnn_course[\w.]*)"
)
DOTTED = re.compile(r"\bcnn_course(?:\.\w+)+")  # in prose, or behind -m


def found(code):
    """(module, name) for each import of the package in some code."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            pairs = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            pairs = [(node.module, alias.name) for alias in node.names]
        else:
            continue
        yield from (p for p in pairs if p[0].split(".")[0] == "cnn_course")


def written(path):
    """(module, name) for all of the package that a page or notebook names."""
    prose = [path.read_text(encoding="utf-8")]
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        prose = [c.source for c in cells if c.cell_type == "markdown"]
        for cell in cells:
            if cell.cell_type == "code":
                yield from found(cell.source)
    for text in prose:
        for code in IMPORT.findall(text):
            yield from found(code)
        for dotted in DOTTED.findall(text):
            yield dotted.rpartition(".")[::2]


PAGES = [ROOT / name for name in ("README.md", "CATALOGUE.md")]
PAGES += [ROOT / "CONTRIBUTING.md", *(ROOT / "notebooks").glob("*.ipynb")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_a_page_imports_or_names_is_there(path):
    for module, name in written(path):
        check(module, name)


@pytest.mark.parametrize("room", CONTRACT)
def test_the_contract_holds(room):
    check(f"cnn_course.{room}", "")
    for name in CONTRACT[room].split():
        assert callable(
            getattr(importlib.import_module(f"cnn_course.{room}"), name)
        )


def check(module, name):
    loaded = importlib.import_module(module)
    if name and not hasattr(loaded, name):
        importlib.import_module(f"{module}.{name}")


def test_pages_are_read():
    readme, catalogue, *_ = (set(written(page)) for page in PAGES)
    assert ("cnn_course.nets.resnet", "residual_block") in readme & catalogue
    assert ("cnn_course", "finetune") in readme & catalogue
    assert len(catalogue) >= 70
    used = set(written(ROOT / "notebooks" / "19_iou_nms_anchors.ipynb"))
    assert ("cnn_course.detection", "nms") in used


@pytest.mark.parametrize("name", GONE)
def test_no_alias_is_left_behind(name):
    assert importlib.util.find_spec(f"cnn_course.{name}") is None
