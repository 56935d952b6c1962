"""The bundled colour photographs of things, a folder for each class.

data/things/train and data/things/test show different things: other animals,
other buildings, other tools. Each picture's source, author and licence are in
data/things/SOURCES.csv.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnn_course.datasets.bundled import data_folder
from cnn_course.datasets.decoding import read_picture
from cnn_course.datasets.labelled import LabelledImages, check_split

THINGS = ("bird", "building", "fish", "flower", "mammal", "tool")


class Thing(NamedTuple):
    """A photograph of data/things and what is known about it.

    path: pathlib.Path of the JPEG, 224×224 pixels.
    split: "train" or "test".
    class_name: str, one of THINGS.
    shows: str, what is seen, such as "giant panda".
    imagenet: tuple of str, the names among ImageNet's 1 000 classes that are
        right for it; empty where none is.
    author: str.
    licence: str, such as "CC BY-SA 4.0".
    """

    path: Path
    split: str
    class_name: str
    shows: str
    imagenet: tuple
    author: str
    licence: str


def list_things():
    """List the bundled photographs of things.

    Returns:
        list of Thing, test and train, by class and name.

    Raises:
        FileNotFoundError: data/ is missing.
    """
    folder = data_folder("things")
    with (folder / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Thing(
            folder / row["file"],
            *row["file"].split("/")[:2],
            row["shows"],
            tuple(filter(None, row["imagenet"].split(";"))),
            row["author"],
            row["licence"],
        )
        for row in rows
    ]


def things_folder(split="train"):
    """Find the folder of the things for training or for testing.

    Its subfolders are the classes, as image_dataset_from_directory wants it.

    Args:
        split: "train" or "test".

    Returns:
        pathlib.Path.

    Raises:
        ValueError: split is another word.
        FileNotFoundError: data/ is missing.
    """
    check_split(split)
    return data_folder("things") / split


def bundled_things(split):
    """Load the things for training or testing, 224×224 in colour."""
    check_split(split)
    chosen = [thing for thing in list_things() if thing.split == split]
    images = np.stack([read_picture(thing.path) for thing in chosen])
    labels = np.array([THINGS.index(thing.class_name) for thing in chosen])
    return LabelledImages(images, labels, THINGS)
