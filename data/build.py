"""Rebuild the pictures in data/ bit for bit: `make data`.

Everything comes out of packages that the tests install: the digits from
scikit-learn, the photographs as the files that scikit-image and scikit-learn
carry. Sources and licences are in data/README.md.
"""

import sys
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


def build(folder):
    """Write photos/ and digits/ into folder."""
    build_photos(Path(folder) / "photos")
    build_digits(Path(folder) / "digits")


if __name__ == "__main__":
    build(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
