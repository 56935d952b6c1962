"""Pictures by name: bundled by default, the full public set on request.

Nothing is downloaded unless you ask: with `full=True`, or CNN_COURSE_FULL=1
in the environment for a whole notebook, `load` fetches the public data set
through Keras's own loader and cache.
"""

import importlib
import os
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnn_course import downloads
from cnn_course.geometry import whole_number

_DATA = Path(__file__).resolve().parent.parent / "data"
_TEST_SHARE = 0.2
_FLAT = 4  # grey levels of standard deviation below which a crop shows nothing
_TRIES = 100  # crops tried for one that is not flat
SURFACES = ("brick", "cat", "china", "coffee", "gravel", "tissue")


class LabelledImages(NamedTuple):
    """Pictures with the number of their class.

    images: uint8 array (n, height, width, channels), 0 to 255.
    labels: int array (n,), indices into class_names.
    class_names: tuple of str.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple


class _Public(NamedTuple):
    """A public data set: its module in keras.datasets and its classes."""

    module: str
    title: str
    class_names: tuple


_DIGITS = tuple("0123456789")
_PUBLIC = {
    "digits": _Public("mnist", "MNIST", _DIGITS),
    "fashion_mnist": _Public(
        "fashion_mnist",
        "Fashion-MNIST",
        ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal",
         "shirt", "trainer", "bag", "ankle boot"),
    ),
    "cifar10": _Public(
        "cifar10",
        "CIFAR-10",
        ("aeroplane", "car", "bird", "cat", "deer", "dog", "frog", "horse",
         "ship", "lorry"),
    ),
}  # fmt: skip


def _data_folder(name):
    folder = _DATA / name
    if not folder.is_dir():
        raise FileNotFoundError(
            f"The bundled pictures are not here ({name}/ is missing beside "
            "the package): they come with the course's repository, so clone "
            'it and install it from there with `pip install -e ".[lab]"`.'
        )
    return folder


def wants_full(full=None):
    """Tell whether the full public data may be downloaded.

    Args:
        full: bool, the answer; None: ask the environment.

    Returns:
        bool; for None, whether CNN_COURSE_FULL is 1.
    """
    return os.environ.get("CNN_COURSE_FULL") == "1" if full is None else full


def names():
    """List the data sets that `load` knows."""
    return sorted(_PUBLIC)


def _photo_paths():
    """The photographs' files by name, without hidden ones (.DS_Store)."""
    return {p.stem: p for p in _data_folder("photos").glob("[!.]*")}


def photo_names():
    """List the photographs that `photo` knows."""
    return sorted(_photo_paths())


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
    paths = _photo_paths()
    if name not in paths:
        raise ValueError(
            f"name must be one of {', '.join(photo_names())}; got {name!r}."
        )
    with Image.open(paths[name]) as picture:
        picture = picture.convert("L") if grey else picture
        if max_side is not None:
            max_side = whole_number("max_side", max_side, 1)
            picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        return np.array(picture)


# --- Crops of photographs -----------------------------------------------------


def random_crops(picture, n, *, size=32, seed=0):
    """Cut squares at random places out of a picture, flat ones left out.

    Args:
        picture: uint8 array (height, width) or (height, width, 3).
        n: int >= 1, how many.
        size: int >= 1, pixels along a side, at most the picture's smaller one.
        seed: int, or numpy Generator to go on with.

    Returns:
        uint8 array (n, size, size) or (n, size, size, 3).

    Raises:
        ValueError: n or size is out of range, or the picture flat.
    """
    n = whole_number("n", n, 1)
    height, width = picture.shape[:2]
    is_whole = isinstance(size, int | np.integer)
    if not is_whole or not 1 <= size <= min(height, width):
        raise ValueError(
            f"size must be an int from 1 to {min(height, width)}, the "
            f"picture's smaller side; got {size!r}."
        )
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(_TRIES * n):
        row = rng.integers(height - size + 1)
        column = rng.integers(width - size + 1)
        crop = picture[row : row + size, column : column + size]
        if crop.std() >= _FLAT:
            found.append(crop)
        if len(found) == n:
            return np.stack(found)
    raise ValueError(
        f"picture must have something to show: of {_TRIES * n} crops only "
        f"{len(found)} were not flat, and {n} were asked for."
    )


def stretch_contrast(pictures):
    """Give each grey picture mean 128 and standard deviation 48.

    Args:
        pictures: array (n, height, width), not constant.

    Returns:
        uint8 array of the same shape.
    """
    axes = (1, 2)
    mean = pictures.mean(axis=axes, keepdims=True)
    deviation = pictures.std(axis=axes, keepdims=True)
    stretched = 128 + 48 * (pictures - mean) / deviation
    return np.rint(stretched).clip(0, 255).astype(np.uint8)


def surfaces(split="train", *, per_class=80, size=32, seed=0, grey=True):
    """Cut labelled crops out of six photographs, to tell which is which.

    Training crops come from the left half of each photograph, test crops from
    the right half. Grey ones have the same mean and contrast, so that only
    structure tells the surfaces apart.

    Args:
        split: "train" or "test".
        per_class: int >= 1, crops of each surface.
        size: int >= 1, pixels along a side, at most 225.
        seed: int, decides where the crops lie.
        grey: bool; False keeps brightness, contrast and colour.

    Returns:
        LabelledImages(images, labels, class_names), class after class; images
        are (n, size, size, 1) for grey, else (n, size, size, 3).

    Raises:
        ValueError: an argument is unknown or out of range.
    """
    check_split(split)
    per_class = whole_number("per_class", per_class, 1)
    rng = np.random.default_rng([seed, split == "test"])
    images = []
    for name in SURFACES:
        picture = photo(name, grey=grey)
        middle = picture.shape[1] // 2
        half = picture[:, middle:] if split == "test" else picture[:, :middle]
        crops = random_crops(half, per_class, size=size, seed=rng)
        if grey:
            crops = stretch_contrast(crops)[..., None]
        elif crops.ndim == 3:  # a photograph without colour
            crops = crops[..., None].repeat(3, axis=-1)
        images.append(crops)
    labels = np.repeat(np.arange(len(SURFACES)), per_class)
    return LabelledImages(np.concatenate(images), labels, SURFACES)


def save_as_folder(pictures, folder, *, suffix=".png"):
    """Write labelled pictures as files, a subfolder for each class.

    Args:
        pictures: LabelledImages, grey or colour.
        folder: path of a folder; it is made if it is missing.
        suffix: ".png" (exact) or ".jpg" (quality 90).
    """
    folder = Path(folder)
    for name in pictures.class_names:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for i, (image, label) in enumerate(
        zip(pictures.images, pictures.labels, strict=True)
    ):
        path = folder / pictures.class_names[label] / f"{i:05d}{suffix}"
        image = image[..., 0] if image.shape[-1] == 1 else image
        Image.fromarray(image).save(path, quality=90)


# --- Data sets by name --------------------------------------------------------


def check_split(split):
    """Raise ValueError unless split is "train" or "test"."""
    if split not in ("train", "test"):
        raise ValueError(f'split must be "train" or "test"; got {split!r}.')


def _read_folder(name):
    """All grey pictures of data/name, by number, and their folders' names."""
    paths = sorted(
        _data_folder(name).glob("*/*.png"), key=lambda path: path.stem
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


def _load_bundled_digits(split):
    images, labels, test = _digits()
    chosen = test if split == "test" else ~test
    return LabelledImages(images[chosen], labels[chosen], _DIGITS)


def _load_public(public, split):
    module = importlib.import_module(f"keras.datasets.{public.module}")
    images, labels = module.load_data()[split == "test"]
    if images.ndim == 3:
        images = images[..., None]
    return LabelledImages(
        images, labels.ravel().astype(int), public.class_names
    )


def load(name, split="train", full=None):
    """Load labelled pictures, split for training and testing.

    Bundled are the 1 797 handwritten digits of scikit-learn, 8×8 pixels: a
    fifth of them, drawn with seed 0, is the test split. With full=True:
    "digits" is MNIST, "fashion_mnist" and "cifar10" are themselves,
    downloaded once into Keras's cache. Without full=True, or without a
    network, you get the bundled digits, and a sentence when that is not what
    the name says.

    Args:
        name: str, one of `names()`.
        split: "train" or "test".
        full: bool, True for the public data set, False for the bundled one;
            None: True if CNN_COURSE_FULL=1 is in the environment.

    Returns:
        LabelledImages(images, labels, class_names).

    Raises:
        ValueError: name or split is unknown; the message lists what is known.
        FileNotFoundError: the repository's data/ is missing.
    """
    if name not in _PUBLIC:
        raise ValueError(
            f"name must be one of {', '.join(names())}; got {name!r}."
        )
    check_split(split)
    public = _PUBLIC[name]
    if wants_full(full):
        try:
            return _load_public(public, split)
        except Exception as error:
            if not downloads.failed(error):
                raise
            print(
                f"{public.title} could not be downloaded ({error}): here are "
                "the bundled 8×8 digits instead."
            )
    elif name != "digits":
        print(
            f"{public.title} is not bundled: here are the 8×8 digits instead. "
            f'load("{name}", full=True) downloads {public.title}.'
        )
    return _load_bundled_digits(split)
