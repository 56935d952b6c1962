"""A folder of pictures as batches: checked, split, fast; saved features.

One subfolder holds the pictures of one class. Keras finds and splits the
files; what is added here is a check of every file, a cache that does not
freeze the order, and features that are computed once.
"""

import contextlib
import hashlib
import io
import json
import math
import os
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from cnn_course.console.progress import bar
from cnn_course.geometry import whole_number
from cnn_course.transfer import leaves

_CHANNELS = {"rgb": 3, "grayscale": 1}
_FORMATS = {"BMP", "GIF", "JPEG", "MPO", "PNG"}  # what any TensorFlow reads
_CACHE_BYTES = 2**30  # so much is cached without being asked for
_BUFFER = 256  # so many cached pictures are shuffled together at least
_NAMED = 20  # so many broken pictures are named in a message


class BrokenPicture(NamedTuple):
    """A file that training would stumble on, and why."""

    path: str
    reason: str


class Features(NamedTuple):
    """What a frozen base makes of pictures, and the pictures' labels.

    features: float32 array (n, ...), one row a picture.
    labels: array (n,).
    """

    features: np.ndarray
    labels: np.ndarray


# --- From a folder to batches -------------------------------------------------


def train_val_from_directory(
    folder,
    *,
    image_size,
    batch_size=32,
    validation_split=0.2,
    seed=0,
    color_mode="rgb",
    cache=None,
    augment=None,
    skip_broken=False,
):
    """Make a training and a validation set that share no picture.

    Every file is read once before it returns, so that a broken one is named
    now and not in the middle of an epoch. The training set comes in another
    order in each epoch, cached or not. The validation set keeps its order.

    Args:
        folder: path; its subfolders are the classes, at any depth below them
            lie .bmp, .gif, .jpeg, .jpg and .png files.
        image_size: (height, width) in pixels; pictures are resized (bilinear,
            without keeping their proportions), as Keras does it.
        batch_size: int >= 1.
        validation_split: float between 0 and 1, the share for validation.
        seed: int, decides the split and the order.
        color_mode: "rgb" or "grayscale".
        cache: True keeps the decoded pictures in memory, a path keeps them
            in files there, False decodes in each epoch; None: memory if the
            pictures take less than 1 GiB there, else no cache.
        augment: Keras layer or model, or None. Called on whole training
            batches, after the cache, so that each epoch sees other versions.
        skip_broken: bool, go on without broken files (and say which) instead
            of raising.

    Returns:
        (train, val), both tf.data.Dataset of batches of
        float32 images (batch, height, width, channels), 0 to 255, and
        int32 labels (batch,), prefetched, and with the attributes
        class_names (list of str), file_paths (list of str), labels (int32
        array, those of file_paths) and class_weight (dict for `fit`: the
        rarer a class, the heavier).

    Raises:
        ValueError: the folder has no pictures in subfolders, or too few for
            two sets, an argument is unknown or out of range, or files are
            broken.
    """
    image_size = _height_width(image_size)
    batch_size = whole_number("batch_size", batch_size, 1)
    _check_color_mode(color_mode)
    if cache is not None and not isinstance(cache, bool):
        _check_outside(cache, folder)
    split, class_names = _split(folder, validation_split, seed)
    broken = broken_pictures([*split[0], *split[1]], color_mode)
    if broken:
        _tell(broken, folder, sum(map(len, split)), skip_broken)
        left_out = {picture.path for picture in broken}
        split = [[p for p in paths if p not in left_out] for paths in split]
    if not all(split):
        raise ValueError(
            f"Both sets need a picture, but of those in {str(folder)!r} "
            f"{len(split[0])} would be for training and {len(split[1])} for "
            f"validation: add pictures, or change validation_split="
            f"{validation_split}."
        )
    load = partial(
        load_picture, image_size=image_size, channels=_CHANNELS[color_mode]
    )
    if cache is None:
        numbers = math.prod(image_size) * _CHANNELS[color_mode]
        cache = 4 * numbers * sum(map(len, split)) < _CACHE_BYTES
    datasets = []
    for name, paths in zip(("train", "val"), split, strict=True):
        labels = _labels(folder, paths, class_names)
        where = cache
        if not isinstance(cache, bool):
            options = (image_size, color_mode)
            where = _cache_file(cache, paths, options)
        data = tf.data.Dataset.from_tensor_slices((paths, labels))
        is_train = name == "train"
        data = _cached(data, load, where, seed if is_train else None)
        data = data.batch(batch_size, num_parallel_calls=tf.data.AUTOTUNE)
        if augment is not None and is_train:
            data = data.map(partial(_augmented, augment), tf.data.AUTOTUNE)
        data = data.prefetch(tf.data.AUTOTUNE)
        data.class_names, data.file_paths = class_names, paths
        data.labels = labels
        data.class_weight = _class_weight(labels)
        datasets.append(data)
    return tuple(datasets)


def _height_width(image_size):
    try:
        height, width = image_size
    except (TypeError, ValueError):
        raise ValueError(
            "image_size must be (height, width) in pixels, such as (224, 224); "
            f"got {image_size!r}."
        ) from None
    return (
        whole_number("image_size's height", height, 1),
        whole_number("image_size's width", width, 1),
    )


def _check_color_mode(color_mode):
    if color_mode not in _CHANNELS:
        raise ValueError(
            f"color_mode must be one of {', '.join(_CHANNELS)}; "
            f"got {color_mode!r}."
        )


def _check_outside(cache, folder):
    if Path(cache).resolve().is_relative_to(Path(folder).resolve()):
        raise ValueError(
            f"cache must lie outside {str(folder)!r}, where each subfolder is "
            f"a class; got {str(cache)!r}."
        )


def _split(folder, validation_split, seed):
    """Let Keras list and split the files: ([train, val], class_names)."""
    if not Path(folder).is_dir():
        raise ValueError(
            "folder must be a folder with a subfolder of pictures for each "
            f"class; {str(folder)!r} is not a folder."
        )
    if not 0 < validation_split < 1:
        raise ValueError(
            "validation_split must lie between 0 and 1, say 0.2 for a fifth; "
            f"got {validation_split!r}."
        )
    try:
        # Without batches it is not read, and verbose=False prints all the same.
        with contextlib.redirect_stdout(io.StringIO()):
            subsets = keras.utils.image_dataset_from_directory(
                folder,
                validation_split=validation_split,
                subset="both",
                seed=seed,
                batch_size=None,
                verbose=False,
            )
    except ValueError as error:
        if "images found" not in str(error):
            raise
        raise ValueError(
            f"{str(folder)!r} has too few pictures for a training and a "
            "validation set: it needs a subfolder for each class, with .bmp, "
            ".gif, .jpeg, .jpg or .png files in it."
        ) from None
    return [subset.file_paths for subset in subsets], subsets[0].class_names


def _labels(folder, paths, class_names):
    """The index of each file's class: the first folder below `folder`."""
    index = {name: i for i, name in enumerate(class_names)}
    names = [os.path.relpath(path, folder).split(os.sep)[0] for path in paths]
    return np.array([index[name] for name in names], np.int32)


def _class_weight(labels):
    """Weights for `fit` under which all classes count alike."""
    classes, counts = np.unique(labels, return_counts=True)
    weights = len(labels) / (len(classes) * counts)
    return dict(zip(classes.tolist(), weights.tolist(), strict=True))


def load_picture(path, label, image_size, channels):
    """Read one picture as Keras's image_dataset_from_directory does.

    Args:
        path: str tensor, the file.
        label: passed on.
        image_size: (height, width) in pixels.
        channels: 1 or 3.

    Returns:
        (float32 tensor (height, width, channels) of 0 to 255, label).
    """
    picture = tf.io.decode_image(
        tf.io.read_file(path), channels, expand_animations=False
    )
    picture = tf.image.resize(picture, image_size, "bilinear")
    return tf.ensure_shape(picture, (*image_size, channels)), label


def _cached(data, load, cache, shuffle_seed):
    """Load pictures from paths and labels, in a new order in each epoch.

    A cache after the shuffle would freeze the order, so it stands before it,
    and then pictures are shuffled, not paths. They are in random order
    already, by Keras; a quarter of them is buffered, so that the first epoch
    trains while it loads.
    """
    n = len(data)
    shuffle = {"seed": shuffle_seed, "reshuffle_each_iteration": True}
    if shuffle_seed is not None and cache is False:
        data = data.shuffle(n, **shuffle)
    data = data.map(load, tf.data.AUTOTUNE)
    if cache is not False:
        data = data.cache("" if cache is True else str(cache))
        if shuffle_seed is not None:
            data = data.shuffle(max(_BUFFER, n // 4), **shuffle)
    return data


def _cache_file(cache, paths, options):
    """Name a cache file after what is in it, and clear what broke off.

    tf.data writes NAME.index last and refuses to start beside a NAME_0.lockfile
    that an interrupted epoch has left behind.
    """
    digest = hashlib.sha256(repr(options).encode())
    for path in paths:
        status = os.stat(path)
        digest.update(
            f"{path}\0{status.st_size}\0{status.st_mtime_ns}".encode()
        )
    cache = Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    name = digest.hexdigest()[:16]
    if not (cache / f"{name}.index").exists():
        for left_behind in cache.glob(f"{name}*"):
            left_behind.unlink()
    return cache / name


def _augmented(augment, images, labels):
    return augment(images, training=True), labels


# --- Broken files -------------------------------------------------------------


def broken_pictures(paths, color_mode="rgb"):
    """Find the files that cannot be used as they are, by reading each.

    Broken are: files without a byte, files that are no picture or of a format
    that TensorFlow does not read, truncated ones, animations (only their
    first picture would be seen), and pictures of 2 or 4 channels
    (transparency is dropped, CMYK converted roughly).

    Args:
        paths: list of paths.
        color_mode: "rgb" or "grayscale": what they are to be read as.

    Returns:
        list of BrokenPicture(path, reason), in the order of paths.
    """
    _check_color_mode(color_mode)
    paths = [str(path) for path in paths]
    why = partial(_why_broken, channels=_CHANNELS[color_mode])
    with ThreadPool() as pool:
        reasons = list(
            bar(
                pool.imap(why, paths, chunksize=16),
                "checking pictures",
                total=len(paths),
                delay=1,  # seconds before it is shown
            )
        )
    return [
        BrokenPicture(path, reason)
        for path, reason in zip(paths, reasons, strict=True)
        if reason
    ]


def _why_broken(path, channels):
    """Say what is wrong with a file; "" if nothing is."""
    if not os.path.getsize(path):
        return "has no content (zero bytes)"
    try:
        with Image.open(path) as picture:
            kind, frames = picture.format, getattr(picture, "n_frames", 1)
            has = len(picture.getbands()) + 2 * (picture.mode == "P")
            has += picture.mode == "P" and "transparency" in picture.info
            has = 3 if kind == "GIF" else has  # TensorFlow gives three
    except Exception:  # Pillow raises many kinds for damaged headers
        return "is not a picture, whatever its name says"
    if frames > 1 and kind != "MPO":  # a camera's JPEG, with a preview
        return f"is an animation of {frames} pictures"
    if has not in (1, 3):
        return f"has {has} channels (transparency or CMYK), not 1 or 3"
    try:
        tf.io.decode_image(
            tf.io.read_file(path), channels, expand_animations=False
        )
    except tf.errors.InvalidArgumentError:
        if kind not in _FORMATS:
            return f"is a {kind} file, which this TensorFlow does not read"
        return "is damaged: its pixels cannot be read to the end"
    return ""


def _tell(broken, folder, total, skip):
    """Name the broken pictures: in an error, or printed if left out."""
    lines = [
        f"  {os.path.relpath(path, folder)} {reason}"
        for path, reason in sorted(broken)[:_NAMED]
    ]
    if len(broken) > _NAMED:
        lines.append(f"  and {len(broken) - _NAMED} more")
    named = "\n".join(lines)
    if not skip:
        raise ValueError(
            f"{len(broken)} of {total} pictures in {str(folder)!r} cannot be "
            f"used:\n{named}\nMend or remove them, or go on without them by "
            "skip_broken=True."
        )
    print(f"Left out {len(broken)} of {total} pictures:\n{named}")


# --- Saved features -----------------------------------------------------------


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
        dataset = tf.data.Dataset.from_tensor_slices(dataset).batch(64)
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
