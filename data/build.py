"""Rebuild the pictures in data/ bit for bit: `make data`.

Everything comes out of packages that the tests install: the digits from
scikit-learn, the photographs as the files that scikit-image and scikit-learn
carry, and the scenes out of both. Sources and licences are in data/README.md.
What comes out of other packages has scripts of its own: build_mnist.py and
build_things.py.
"""

import json
import struct
import sys
import zlib
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image

PHOTOS = {
    "astronaut.png": "skimage.data",
    "brick.png": "skimage.data",
    "camera.png": "skimage.data",
    "cat.png": "skimage.data",
    "china.jpg": "sklearn.datasets.images",
    "coffee.png": "skimage.data",
    "coins.png": "skimage.data",
    "flower.jpg": "sklearn.datasets.images",
    "gravel.png": "skimage.data",
    "tissue.png": "skimage.data",
}
SOURCE_NAMES = {"cat.png": "chelsea.png", "tissue.png": "ihc.png"}


def build_photos(folder):
    """Copy the photographs' files unchanged."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, package in PHOTOS.items():
        source = resources.files(package) / SOURCE_NAMES.get(name, name)
        (folder / name).write_bytes(source.read_bytes())


def build_digits(folder):
    """Write 1 797 digits, 8×8 grey, as folder/<class>/<number>.png.

    Grey levels 0 … 16 become 0 … 255. The files are not compressed, so that
    their bytes do not depend on the version of a compression library.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    pictures = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    for number, (picture, label) in enumerate(
        zip(pictures, digits.target, strict=True)
    ):
        path = folder / str(label) / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path, compress_level=0)


def build_faces(folder):
    """Write 100 faces and 100 other pictures, 25×25 grey, one folder a class.

    Grey levels 0 … 1 become 0 … 255. Not compressed, as the digits.
    """
    source = resources.files("skimage.data") / "lfw_subset.npy"
    with source.open("rb") as file:
        pictures = np.rint(255 * np.load(file)).astype(np.uint8)
    for number, picture in enumerate(pictures):
        name = "face" if number < 100 else "other"
        path = folder / name / f"{number:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path, compress_level=0)


def _png(picture):
    """PNG of uint8 (height, width, 3), at most 64 KiB, not compressed.

    Pillow would do, but how a compression library cuts what it does not
    compress depends on its version.
    """
    height, width, _ = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    stored = struct.pack("<BHH", 1, len(rows), len(rows) ^ 0xFFFF) + rows
    stored = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(rows))
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    file = b"\x89PNG\r\n\x1a\n"
    for name, content in ((b"IHDR", header), (b"IDAT", stored), (b"IEND", b"")):
        file += struct.pack(">I", len(content)) + name + content
        file += struct.pack(">I", zlib.crc32(name + content))
    return file


def build_scenes(folder):
    """Write 24 test scenes and annotations.json, in COCO's format.

    The digits and photographs are those beside this script.
    """
    from cnn_course.detection.writers import to_coco
    from cnn_course.datasets.scenes import make_scenes

    folder.mkdir(parents=True, exist_ok=True)
    scenes = make_scenes(24, split="test", seed=24)
    names = [f"{i:02d}.png" for i in range(24)]
    for name, image in zip(names, scenes.images, strict=True):
        (folder / name).write_bytes(_png(image))
    truth = to_coco(scenes, file_names=names, polygons=True)
    text = json.dumps(truth, separators=(",", ":"))
    (folder / "annotations.json").write_bytes(text.encode())


def build(folder):
    """Write photos/, digits/, faces/ and scenes/ into folder."""
    build_photos(Path(folder) / "photos")
    build_digits(Path(folder) / "digits")
    build_faces(Path(folder) / "faces")
    build_scenes(Path(folder) / "scenes")


if __name__ == "__main__":
    build(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
