"""The package installed alone, outside the repository, does what it says."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
SMOKE = """
import sys
from pathlib import Path

import cnn_course.console.quiet
import keras
import numpy as np
import cnn_course
from cnn_course import check, datasets
from cnn_course.nets.resnet import residual_block
from cnn_course.transfer import course_backbone

assert Path(cnn_course.__file__).is_relative_to(sys.argv[1])
x = keras.Input((8, 8, 4))
print(keras.Model(x, residual_block(x, 8, 2)).output_shape)
print(check.same_padding(lambda f: f - 1))
print(datasets.load("digits").images.shape, datasets.faces().images.shape)
print(*(datasets.load(name).images.shape for name in ("mnist_5k", "things")))
print(len(datasets.photo_names()), datasets.photo("cat").ndim)
print(course_backbone()(np.ones((1, 32, 32, 1))).shape)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of what it is made of."""
    source, made = (tmp_path_factory.mktemp(name) for name in ("s", "w"))
    for folder in ("cnn_course", "data"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, source / folder, ignore=ignored)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    options = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*PIP, "wheel", *options, "-w", made, source], check=True)
    (path,) = made.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory):
    """Run code where nothing but the installed wheel has the package."""
    site, elsewhere = (tmp_path_factory.mktemp(name) for name in ("site", "e"))
    options = ["--no-deps", "--no-index", "--target", site]
    subprocess.run([*PIP, "install", *options, wheel], check=True)

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments, site],
            cwd=elsewhere,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
        )

    return run


def test_wheel_holds_the_package_its_data_and_their_licences(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    files = {p.relative_to(ROOT) for p in (ROOT / "cnn_course").rglob("*.py")}
    assert {path.as_posix() for path in files} <= names
    data = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "data").rglob("*")
        if path.is_file() and path.suffix != ".py" and path.name[0] != "."
        if "__pycache__" not in path.parts
    }
    assert len(data) > 2000
    there = {name for name in names if name.startswith("cnn_course/data/")}
    assert there == {f"cnn_course/{name}" for name in data}
    assert not any(name.startswith(("tests/", "data/")) for name in names)
    assert any(name.endswith("LICENSE") for name in names)
    assert wheel.stat().st_size < 10e6


def test_blocks_checks_and_data_work(alone):
    done = alone("-c", SMOKE)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "(None, 4, 4, 8)"
    assert lines[1] == "✗ same_padding: not yet."
    assert lines[-4] == "(1438, 8, 8, 1) (200, 25, 25, 1)"
    assert lines[-3] == "(4000, 28, 28, 1) (160, 224, 224, 3)"
    assert lines[-2].endswith(" 3")
    assert lines[-1] == "(1, 128)"


def test_the_command_works(alone):
    done = alone("-m", "cnn_course.finetune", "--help")
    assert done.returncode == 0, done.stderr
    assert "FOLDER" in done.stdout
