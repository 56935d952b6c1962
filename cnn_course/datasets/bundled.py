"""What lies in data/: photographs, a painting, faces, digits.

data/ lies beside the package in the course's repository, and inside it where
the package was installed alone.
"""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from cnn_course.datasets.labelled import LabelledImages, check_split
from cnn_course.datasets.public_files import read_idx
from cnn_course.geometry import whole_number

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = (_PACKAGE / "data").is_dir()
_DATA = (_PACKAGE if _INSTALLED else _PACKAGE.parent) / "data"
_TEST_SHARE = 0.2
DIGITS = tuple("0123456789")


def data_folder(name):
    """Find a folder of data/.

    Args:
        name: str, such as "photos" or "weights".

    Returns:
        pathlib.Path.

    Raises:
        FileNotFoundError: it is not there; the message says how to get it.
    """
    folder = _DATA / name
    if not folder.is_dir():
        raise FileNotFoundError(
            f"The bundled pictures and weights are not here ({name}/ is "
            "missing): they come with the course's repository, so clone it "
            'and install it from there with `pip install -e ".[lab]"`, or '
            "with `pip install .` for the package alone."
        )
    return folder


def _paths(folder):
    """The pictures of data/folder by name, without hidden ones (.DS_Store)."""
    return {p.stem: p for p in data_folder(folder).glob("[!.]*")}


def _read(folder, name, grey, max_side):
    """A picture of data/folder by name, in grey or smaller if that is asked."""
    paths = _paths(folder)
    if name not in paths:
        raise ValueError(
            f"name must be one of {', '.join(sorted(paths))}; got {name!r}."
        )
    with Image.open(paths[name]) as picture:
        picture = picture.convert("L") if grey else picture
        if max_side is not None:
            max_side = whole_number("max_side", max_side, 1)
            picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        return np.array(picture)


def photo_names():
    """List the photographs that `photo` knows."""
    return sorted(_paths("photos"))


def photo(name, *, grey=False, max_side=None):
    """Read a bundled photograph.

    Args:
        name: str, one of `photo_names()`.
        grey: bool, convert colour to grey (ITU-R 601 luma).
        max_side: int >= 1, scale down so that the longer side has at most
            this many pixels; None: the size it has.

    Returns:
        uint8 array (height, width, 3); (height, width) for grey, and for
        "brick", "camera", "coins" and "gravel", which have no colour.

    Raises:
        ValueError: the name is unknown (the message lists the names), or
            max_side out of range.
    """
    return _read("photos", name, grey, max_side)


def painting(name, *, grey=False, max_side=None):
    """Read a bundled painting.

    Args:
        name: str, "starry_night": Vincent van Gogh, 1889.
        grey: bool, convert to grey (ITU-R 601 luma).
        max_side: int >= 1, as for `photo`.

    Returns:
        uint8 array (height, width, 3); (height, width) for grey.

    Raises:
        ValueError: the name is unknown, or max_side out of range.
    """
    return _read("paintings", name, grey, max_side)


def _read_folder(name):
    """All grey pictures of data/name, by number, and their folders' names."""
    paths = sorted(
        data_folder(name).glob("*/*.png"), key=lambda path: path.stem
    )
    images = []
    for path in paths:
        with Image.open(path) as picture:
            images.append(np.array(picture)[..., None])
    return np.stack(images), [path.parent.name for path in paths]


def faces():
    """Load the bundled faces and other pictures, 25×25, 100 of each.

    Returns:
        LabelledImages(images, labels, class_names), images (200, 25, 25, 1)
        and class_names ("other", "face").
    """
    images, names = _read_folder("faces")
    labels = np.array([name == "face" for name in names], int)
    return LabelledImages(images, labels, ("other", "face"))


@cache
def _digits():
    """All bundled digits and which of them are for testing."""
    images, names = _read_folder("digits")
    labels = np.array(names, int)
    # RandomState, not default_rng: NumPy has frozen its stream for good.
    order = np.random.RandomState(0).permutation(len(labels))
    test = np.zeros(len(labels), bool)
    test[order[: int(_TEST_SHARE * len(labels))]] = True
    return images, labels, test


def bundled_digits(split):
    """Load the 1 797 digits of scikit-learn, 8×8: four fifths or a fifth."""
    check_split(split)
    images, labels, test = _digits()
    chosen = test if split == "test" else ~test
    return LabelledImages(images[chosen], labels[chosen], DIGITS)


def bundled_mnist(split):
    """Load 4 000 or 1 000 digits of MNIST, 28×28."""
    check_split(split)
    folder = data_folder("mnist_5k")
    images = read_idx(folder / f"{split}-images.idx3-ubyte", 3)
    labels = read_idx(folder / f"{split}-labels.idx1-ubyte", 1)
    return LabelledImages(images[..., None], labels.astype(int), DIGITS)
