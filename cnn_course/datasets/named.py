"""Data sets by name: bundled by default, the full public set on request.

Nothing is downloaded unless you ask: with `full=True`, or CNN_COURSE_FULL=1
in the environment for a whole notebook, `load` fetches the public data set
through Keras's own loader and cache.
"""

import importlib
from typing import NamedTuple

from cnn_course.datasets.bundled import (
    DIGITS,
    bundled_digits,
    bundled_mnist,
)
from cnn_course.datasets.downloads import failed, wants_full
from cnn_course.datasets.labelled import LabelledImages, check_split
from cnn_course.datasets.things import bundled_things


class _Public(NamedTuple):
    """A public data set: its module in keras.datasets and its classes."""

    module: str
    title: str
    class_names: tuple


_MNIST = _Public("mnist", "MNIST", DIGITS)
_PUBLIC = {
    "digits": _MNIST,
    "mnist_5k": _MNIST,
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

_BUNDLED = {
    "digits": (bundled_digits, "8×8 digits"),
    "mnist_5k": (bundled_mnist, "5 000 digits of MNIST"),
    "things": (bundled_things, "photographs"),
}


def names():
    """List the data sets that `load` knows."""
    return sorted(_PUBLIC | _BUNDLED)


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

    Bundled are three sets. "digits": the 1 797 handwritten digits of
    scikit-learn, 8×8 pixels, a fifth of them, drawn with seed 0, for testing.
    "mnist_5k": 5 000 digits of MNIST, 28×28 pixels, 100 of each class for
    testing. "things": 221 colour photographs, 224×224 pixels, in 6 classes, of
    other things for testing than for training.

    With full=True: "digits" and "mnist_5k" are MNIST, "fashion_mnist" and
    "cifar10" are themselves, downloaded once into Keras's cache; "things" is
    the bundled set, of which there is no larger one. Without full=True, or
    without a network, you get what is bundled, and a sentence when that is not
    what the name says.

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
    if name not in names():
        raise ValueError(
            f"name must be one of {', '.join(names())}; got {name!r}."
        )
    check_split(split)
    bundled, what = _BUNDLED.get(name, _BUNDLED["digits"])
    public = _PUBLIC.get(name)
    if public and wants_full(full):
        try:
            return _load_public(public, split)
        except Exception as error:
            if not failed(error):
                raise
            print(
                f"{public.title} could not be downloaded ({error}): here are "
                f"the bundled {what} instead."
            )
    elif name not in _BUNDLED:
        print(
            f"{public.title} is not bundled: here are the {what} instead. "
            f'load("{name}", full=True) downloads {public.title}.'
        )
    return bundled(split)
