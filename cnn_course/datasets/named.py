"""Data sets by name: bundled by default, the full public set on request.

Nothing is downloaded unless you ask: with `full=True`, or CNN_COURSE_FULL=1
in the environment for a whole notebook, `load` fetches the public data set
through Keras's own loader and cache; with `folder=...` it reads the set's own
files, which you have.
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
from cnn_course.datasets.public_files import read_cifar10, read_mnist
from cnn_course.datasets.things import bundled_things


class _Public(NamedTuple):
    """A public data set.

    module: str, of keras.datasets.
    title: str.
    class_names: tuple of str.
    read: function from (folder, split) to images and labels.
    """

    module: str
    title: str
    class_names: tuple
    read: object


_MNIST = _Public("mnist", "MNIST", DIGITS, read_mnist)
_PUBLIC = {
    "digits": _MNIST,
    "mnist_5k": _MNIST,
    "fashion_mnist": _Public(
        "fashion_mnist",
        "Fashion-MNIST",
        ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal",
         "shirt", "trainer", "bag", "ankle boot"),
        read_mnist,
    ),
    "cifar10": _Public(
        "cifar10",
        "CIFAR-10",
        ("aeroplane", "car", "bird", "cat", "deer", "dog", "frog", "horse",
         "ship", "lorry"),
        read_cifar10,
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
    return _labelled(public, *module.load_data()[split == "test"])


def _load_folder(name, folder, split):
    public = _PUBLIC.get(name)
    if public is None:
        raise ValueError(
            f"folder= is for the public sets, {', '.join(sorted(_PUBLIC))}; "
            f"{name!r} is bundled, and there is no other."
        )
    images, labels = public.read(folder, split)
    if len(images) != len(labels):
        raise ValueError(
            f"{folder} must have a label for each picture; {split} has "
            f"{len(images)} pictures and {len(labels)} labels."
        )
    count = len(public.class_names)
    if len(labels) and labels.max() >= count:
        raise ValueError(
            f"{public.title} has labels 0 to {count - 1}; in {folder} {split} "
            f"has {labels.max()}: it is another set."
        )
    return _labelled(public, images, labels)


def _labelled(public, images, labels):
    if images.ndim == 3:
        images = images[..., None]
    return LabelledImages(
        images, labels.ravel().astype(int), public.class_names
    )


def load(name, split="train", full=None, *, folder=None):
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

    With folder=...: the same public sets from their own files, without a
    network. MNIST's and Fashion-MNIST's four IDX files have the same names, so
    each has a folder of its own; CIFAR-10 has batches, for Python or binary.

    Args:
        name: str, one of `names()`.
        split: "train" or "test".
        full: bool, True for the public data set, False for the bundled one;
            None: True if CNN_COURSE_FULL=1 is in the environment.
        folder: path of the public set's files, gzipped or not; None: full
            decides.

    Returns:
        LabelledImages(images, labels, class_names).

    Raises:
        ValueError: name or split is unknown (the message lists what is known),
            or has no public files; a file in folder is none, or not whole, or
            has other labels; folder is given with full=False.
        FileNotFoundError: the repository's data/ is missing, or one of folder's
            files.
    """
    if name not in names():
        raise ValueError(
            f"name must be one of {', '.join(names())}; got {name!r}."
        )
    check_split(split)
    if folder is not None:
        if full is False:
            raise ValueError(
                "folder= reads the full set, so full may not be False."
            )
        return _load_folder(name, folder, split)
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
