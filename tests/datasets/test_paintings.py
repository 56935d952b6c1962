import hashlib
import importlib.util
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_course import datasets

DATA = Path(__file__).resolve().parents[2] / "data"
HASH = "d18ffd3b0321359ab76c0cc1c5d29bfd5fa00297d93c7b7a39361903c1991d7e"


def test_the_file_is_the_one_of_the_script():
    (path,) = (DATA / "paintings").iterdir()
    content = path.read_bytes()
    assert path.name == "starry_night.jpg"
    assert hashlib.sha256(content).hexdigest() == HASH
    assert len(content) < 250_000


def test_readme_names_its_source_and_licence():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    part = readme.split("## `paintings/`")[1].split("\n## ")[0]
    for words in (
        "starry_night.jpg", "Vincent van Gogh", "1889", "public domain",
        "opencv-doc 4.6.0+dfsg-12", "Apache-2.0", "data/build_painting.py",
    ):  # fmt: skip
        assert words in part


def test_painting():
    picture = datasets.painting("starry_night")
    assert picture.shape == (507, 640, 3)
    assert picture.dtype == np.uint8
    assert datasets.painting("starry_night", max_side=192).shape[1] == 192
    grey = datasets.painting("starry_night", grey=True)
    luma = picture @ [0.299, 0.587, 0.114]
    assert np.abs(grey - luma).max() <= 1
    # A night: the sky is blue, the moon in its upper right corner is yellow.
    sky, moon = picture.mean(axis=(0, 1)), picture[60:100, 540:580]
    assert sky[2] > sky[0] + 20
    assert moon[..., 0].mean() > moon[..., 2].mean() + 50


def test_unknown_painting():
    with pytest.raises(ValueError, match="must be one of starry_night; got"):
        datasets.painting("sunflowers")


def member(name, content):
    """A file in a .deb: a header of 60 bytes, then its bytes."""
    header = f"{name:16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n"
    return header.encode() + content + b"\n" * (len(content) % 2)


def test_script_cuts_the_border_off(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(DATA)  # it imports build_things
    path = DATA / "build_painting.py"
    spec = importlib.util.spec_from_file_location("build_painting", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    packed, tar = io.BytesIO(), io.BytesIO()
    picture = np.zeros((600, 752, 3), np.uint8)
    picture[17:583, 22:736] = 200, 100, 50
    Image.fromarray(picture).save(packed, "png")
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name in ("lena.jpg", "starry_night.jpg"):
            info = tarfile.TarInfo(f"./usr/share/doc/examples/data/{name}")
            info.size = len(packed.getvalue())
            archive.addfile(info, io.BytesIO(packed.getvalue()))
    package = tmp_path / "package.deb"
    package.write_bytes(
        b"!<arch>\n"
        + member("debian-binary", b"2.0\n")
        + member("data.tar", tar.getvalue())
    )
    script.build(package, tmp_path / "made")
    with Image.open(tmp_path / "made" / "starry_night.jpg") as made:
        assert made.size == (640, 507)
        assert np.abs(np.array(made) - [200, 100, 50.0]).max() < 3
