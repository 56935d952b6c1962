"""Data sets by name: bundled by default, the full public set on request.

Nothing is downloaded unless you ask: with `full=True`, or CNN_COURSE_FULL=1
in the environment for a whole notebook, `load` fetches the public data set
through Keras's own loader and cache.
"""

import importlib
from typing import NamedTuple

from cnn_course.datasets.bundled import DIGITS, bundled_digits
from cnn_course.datasets.downloads import failed, wants_full
from cnn_course.datasets.labelled import LabelledImages, check_split


class _Public(NamedTuple):
    """A public data set: its module in keras.datasets and its classes."""

    module: str
    title: str
    class_names: tuple


_PUBLIC = {
    "digits": _Public("mnist", "MNIST", DIGITS),
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


def names():
    """List the data sets that `load` knows."""
    return sorted(_PUBLIC)


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
            if not failed(error):
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
    return bundled_digits(split)
