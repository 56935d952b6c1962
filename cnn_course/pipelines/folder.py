"""A folder of pictures as batches: split, cached, fast.

One subfolder holds the pictures of one class. Keras finds and splits the
files; what is added here is a check of every file and a cache that does not
freeze the order.
"""

import contextlib
import hashlib
import io
import math
import os
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cnn_course.geometry import whole_number
from cnn_course.pipelines.arrays import untuned
from cnn_course.pipelines.broken import (
    CHANNELS,
    broken_pictures,
    check_color_mode,
    tell_broken,
)

_CACHE_BYTES = 2**30  # so much is cached without being asked for
_BUFFER = 256  # so many cached pictures are shuffled together at least


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
    check_color_mode(color_mode)
    if cache is not None and not isinstance(cache, bool):
        _check_outside(cache, folder)
    split, class_names = _split(folder, validation_split, seed)
    broken = broken_pictures([*split[0], *split[1]], color_mode)
    if broken:
        tell_broken(broken, folder, sum(map(len, split)), skip_broken)
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
        load_picture, image_size=image_size, channels=CHANNELS[color_mode]
    )
    if cache is None:
        numbers = math.prod(image_size) * CHANNELS[color_mode]
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
        data = untuned(data.prefetch(tf.data.AUTOTUNE))
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
