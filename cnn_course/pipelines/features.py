"""What a frozen network makes of the pictures, computed once and kept."""

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from cnn_course.console.progress import bar
from cnn_course.transfer import leaves

_PIXELS_AT_ONCE = 2**18  # called plainly, a model keeps the maps of all layers


class Features(NamedTuple):
    """What a frozen base makes of pictures, and the pictures' labels.

    features: float32 array (n, ...), one row a picture.
    labels: array (n,).
    """

    features: np.ndarray
    labels: np.ndarray


def save_features(model, dataset, path):
    """Run a frozen model once over a dataset and keep what it makes of it.

    The file carries fingerprints of the model and of the pictures, which
    `load_features` compares.

    Args:
        model: keras.Model, from pictures to features; run in inference mode.
        dataset: tf.data.Dataset of batches (images, labels), in any order, or
            a tuple of arrays (images, labels). It must give the same pictures
            each time: no augmentation.
        path: path of the file to write, say "features.npz".

    Returns:
        Features(features, labels), in the order in which the dataset came.

    Raises:
        FileNotFoundError: the folder that path lies in is missing.
        ValueError: the dataset is empty.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"path must lie in a folder that is there; got {str(path)!r}. "
            f"Make {str(path.parent)!r} first."
        )
    batches, total = _batches(dataset)
    features, labels, pictures = [], [], _Fingerprint()
    for x, y in bar(batches, "saving features", total=total, delay=1):
        features.append(np.asarray(model(x, training=False)))
        labels.append(np.asarray(y))
        pictures.add(x, y)
    if not features:
        raise ValueError("dataset must have at least one picture; got none.")
    made = Features(np.concatenate(features), np.concatenate(labels))
    unfinished = path.with_name(path.name + ".unfinished")
    with open(unfinished, "wb") as file:
        np.savez(
            file,
            features=made.features,
            labels=made.labels,
            model=_model_fingerprint(model),
            pictures=pictures.value(),
        )
    os.replace(unfinished, path)  # all of it, or nothing
    return made


def load_features(model, dataset, path):
    """Read what `save_features` has written, if it is still true.

    Reads the pictures to compare them, but does not run the model.

    Args:
        model: the model that the features should be of.
        dataset: the dataset that they should be of; its order may differ.
        path: the file that save_features has written.

    Returns:
        Features(features, labels), in the order in which they were saved.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is stale, the model or a picture has changed
            since, or it is not a file of features.
    """
    again = "Make it again with save_features(model, dataset, path)."
    if not Path(path).exists():
        raise FileNotFoundError(f"{str(path)!r} does not exist. {again}")
    try:
        with np.load(path) as saved:
            stored = {name: saved[name] for name in saved.files}
        made = Features(stored["features"], stored["labels"])
        of = str(stored["model"]), str(stored["pictures"])
    except Exception as error:  # zipfile, pickle, key and value errors
        raise ValueError(
            f"{str(path)!r} is not a file of saved features. {again}"
        ) from error
    if of[0] != _model_fingerprint(model):
        raise ValueError(
            f"{str(path)!r} is stale: it was made by a model with other layers "
            f"or weights. {again}"
        )
    batches, total = _batches(dataset)
    pictures = _Fingerprint()
    for x, y in bar(batches, "comparing pictures", total=total, delay=1):
        pictures.add(x, y)
    if of[1] != pictures.value():
        raise ValueError(
            f"{str(path)!r} is stale: it was made of other pictures or labels "
            "(a dataset with augmentation gives others each time). "
            f"{again}"
        )
    return made


def _batches(dataset):
    """Make an iterable of batches (images, labels), and count them."""
    if isinstance(dataset, tuple):
        pixels = np.prod(np.shape(dataset[0])[1:3], dtype=int)
        at_once = int(np.clip(_PIXELS_AT_ONCE // pixels, 1, 64))
        dataset = tf.data.Dataset.from_tensor_slices(dataset).batch(at_once)
    count = int(dataset.cardinality())
    return dataset, count if count >= 0 else None


class _Fingerprint:
    """Of a set of (picture, label) pairs, whatever their order."""

    def __init__(self):
        self.sum = 0

    def add(self, images, labels):
        pairs = zip(np.asarray(images), np.asarray(labels), strict=True)
        for image, label in pairs:
            content = f"{image.shape}{image.dtype}{label}".encode()
            content += np.ascontiguousarray(image).tobytes()
            self.sum += int.from_bytes(hashlib.sha256(content).digest(), "big")

    def value(self):
        return f"{self.sum % 2**256:064x}"


def _model_fingerprint(model):
    """Of a model's layers and weights; names and `trainable` do not count."""
    digest = hashlib.sha256()
    for layer in leaves(model):
        config = {
            key: value
            for key, value in layer.get_config().items()
            if key not in ("name", "trainable")
        }
        config = json.dumps(config, sort_keys=True, default=str)
        digest.update(f"{type(layer).__name__} {config}".encode())
        for weight in layer.weights:
            array = np.ascontiguousarray(weight)
            digest.update(f"{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()
