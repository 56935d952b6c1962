"""A folder of pictures as batches: split, cached, fast.

One subfolder holds the pictures of one class. The files are listed in
listing.py and split in splitting.py; what is here checks every file, decodes it
as the rest of the course does, and has a cache that does not freeze the order.
"""

import hashlib
import math
import os
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cnn_course.datasets.decoding import (
    CHANNELS,
    ENDINGS,
    check_color_mode,
    read_picture,
)
from cnn_course.geometry import whole_number
from cnn_course.pipelines.arrays import untuned
from cnn_course.pipelines.broken import (
    BrokenPicture,
    decode_plain,
    inspect,
    tell_broken,
)
from cnn_course.pipelines.listing import list_classes
from cnn_course.pipelines.splitting import (
    check_apart,
    check_split,
    few_to_validate,
    groups_of,
    split_paths,
)
from cnn_course.transfer import leaves

_CACHE_BYTES = 2**30  # so much is cached without being asked for
_DECODING = 2  # counts up when the same file gives other pixels
_BUFFER = 256  # so many cached pictures are shuffled together at least


def train_val_from_directory(
    folder,
    *,
    image_size,
    batch_size=32,
    validation_split=0.2,
    validation_folder=None,
    groups=None,
    seed=0,
    color_mode="rgb",
    cache=None,
    augment=None,
    skip_broken=False,
):
    """Make a training and a validation set that share no picture.

    Each class is split, so that each has pictures in both sets; a line that
    counts them is printed, and a second one if some class has fewer than 5 to
    validate on. Every file is read once before it returns, so that a broken one
    is named now and not in the middle of an epoch. The training set comes in
    another order in each epoch, cached or not. The validation set keeps its
    order.

    Args:
        folder: path; its subfolders are the classes, at any depth below them
            lie the pictures, files of the endings in `decoding.ENDINGS`. Other
            files and hidden folders are left out, and their number is printed.
        image_size: (height, width) in pixels; pictures are resized (bilinear,
            without keeping their proportions), as Keras does it.
        batch_size: int >= 1.
        validation_split: float between 0 and 1, the share for validation: of
            each class, rounded, at least one picture and not all. The only
            picture of a class is for training.
        validation_folder: path of a folder with the same classes, whose
            pictures are the validation set; then nothing is split.
        groups: function from a picture's path (str) to its group, such as the
            person, patient or scene: pictures of one are alike, so no group
            comes into both sets; None: each picture is by itself.
        seed: int, decides the split and the order.
        color_mode: "rgb" or "grayscale".
        cache: True keeps the decoded pictures in memory, a path keeps them
            in files there, False decodes in each epoch; None: memory if the
            pictures take less than 1 GiB there, else no cache.
        augment: Keras layer or model, or None. Called on whole training
            batches, after the cache, so that each epoch sees other versions.
            It may not mix pictures, as MixUp and CutMix do: labels stay.
        skip_broken: bool, go on without broken files (and say which) instead
            of raising.

    Returns:
        (train, val), both tf.data.Dataset of batches of
        float32 images (batch, height, width, channels), 0 to 255, and
        int32 labels (batch,), prefetched, and with the attributes
        class_names (list of str), file_paths (list of str), labels (int32
        array, those of file_paths), plain (bool array, which of the files
        TensorFlow may decode) and class_weight (dict for `fit`: the rarer a
        class, the heavier).

    Raises:
        ValueError: the folder has no pictures in subfolders, or too few for
            two sets, or is split already (train/ and val/); an argument is
            unknown or out of range, or files are broken; a class has only one
            group, or no split into whole groups was found.
    """
    image_size = _height_width(image_size)
    batch_size = whole_number("batch_size", batch_size, 1)
    check_color_mode(color_mode)
    folders = [folder, validation_folder or folder]
    if cache is not None and not isinstance(cache, bool):
        for one in folders:
            _check_outside(cache, one)
    _check_augment(augment)
    check_split(validation_split, groups)
    class_names, split, is_plain = _listed_and_split(
        folder, validation_folder, validation_split, groups, seed, skip_broken
    )
    all_plain = all(is_plain.values())

    def load(path, label, plain):
        plain = all_plain or plain
        return load_picture(
            path, label, image_size, CHANNELS[color_mode], plain
        )

    if cache is None:
        numbers = math.prod(image_size) * CHANNELS[color_mode]
        cache = 4 * numbers * len(is_plain) < _CACHE_BYTES
    datasets = []
    for paths, root, is_train in zip(
        split, folders, (True, False), strict=True
    ):
        plain = [is_plain[path] for path in paths]
        labels = _labels(root, paths, class_names)
        where = cache
        if not isinstance(cache, bool):
            options = (image_size, color_mode, _DECODING)
            where = _cache_file(cache, paths, options)
        data = tf.data.Dataset.from_tensor_slices((paths, labels, plain))
        data = _cached(data, load, where, seed if is_train else None)
        data = data.batch(batch_size, num_parallel_calls=tf.data.AUTOTUNE)
        if augment is not None and is_train:
            data = data.map(partial(_augmented, augment), tf.data.AUTOTUNE)
        data = untuned(data.prefetch(tf.data.AUTOTUNE))
        data.class_names, data.file_paths = class_names, paths
        data.labels, data.plain = labels, np.array(plain)
        data.class_weight = _class_weight(labels)
        datasets.append(data)
    train, val = datasets
    print(
        f"{len(train.labels)} pictures to train on, {len(val.labels)} to "
        f"validate on.{few_to_validate(class_names, val.labels)}"
    )
    return train, val


def _listed_and_split(
    folder, validation_folder, validation_split, groups, seed, skip_broken
):
    """List all files, read them, and split those that are not broken.

    Returns:
        (class_names, [train, val], is_plain): lists of paths, and a dict from
        path to whether TensorFlow may decode it.
    """
    class_names, paths = list_classes(folder)
    others = []
    if validation_folder is not None:
        others = _validation_paths(validation_folder, class_names)
        check_apart(paths, others, groups)
    group_of = groups and groups_of(paths, groups)  # before the long reading
    common = _common(folder, validation_folder)
    is_plain = _usable(paths + others, common, skip_broken)
    paths, others = (
        [path for path in part if path in is_plain] for part in (paths, others)
    )
    if validation_folder is not None:
        split = [paths, others]
        np.random.default_rng(seed).shuffle(paths)
    else:
        labels = _labels(folder, paths, class_names)
        split = split_paths(
            paths, labels, class_names, validation_split, seed, group_of
        )
    if not all(split):
        raise ValueError(
            f"Both sets need a picture, but of those in {str(common)!r} "
            f"{len(split[0])} would be for training and {len(split[1])} for "
            "validation: it needs a subfolder for each class, with two "
            f"pictures or more in it ({', '.join(ENDINGS)})."
        )
    return class_names, split, is_plain


def _common(folder, validation_folder):
    """The folder below which all files lie."""
    if validation_folder is None:
        return folder
    return os.path.commonpath(map(os.path.abspath, (folder, validation_folder)))


def _usable(paths, folder, skip_broken):
    """Read all files: a dict from path to plain, without the broken ones.

    An error tells them, unless they are to be skipped: then a line does.
    """
    is_plain, broken = {}, []
    for path, (reason, plain) in zip(paths, inspect(paths), strict=True):
        if reason:
            broken.append(BrokenPicture(path, reason))
        else:
            is_plain[path] = plain
    if broken:
        tell_broken(broken, folder, len(paths), skip_broken)
    return is_plain


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


def _check_augment(augment):
    """Refuse what changes labels, and what does not run in tf.data."""
    if not isinstance(augment, keras.layers.Layer):
        return
    for layer in leaves(augment, wrappers=True):
        if isinstance(layer, keras.layers.CutMix | keras.layers.MixUp):
            raise ValueError(
                f"augment must keep the labels, but {type(layer).__name__} "
                "mixes pictures of several classes. Map it over the training "
                "set yourself, with one-hot labels: it takes a dict of images "
                "and labels."
            )
    backend = keras.backend.backend()
    if backend != "tensorflow" and isinstance(augment, keras.Model):
        raise ValueError(
            f"With the backend {backend} augment must be a layer, since a "
            "model does not run in tf.data there. Take "
            "keras.layers.Pipeline([...])."
        )


def _validation_paths(folder, class_names):
    names, paths = list_classes(folder)
    if names != class_names:
        raise ValueError(
            "validation_folder must have the same classes, "
            f"{class_names}; {str(folder)!r} has {names}."
        )
    return paths


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


def load_picture(path, label, image_size, channels, plain=False):
    """Read one picture as `read_picture` does, and resize it.

    Args:
        path: str tensor, the file.
        label: passed on.
        image_size: (height, width) in pixels; bilinear, as Keras does it.
        channels: 1 or 3.
        plain: bool or bool tensor; True for a JPEG or PNG of which TensorFlow
            reads the same (the sets' attribute `plain`), which is faster.

    Returns:
        (float32 tensor (height, width, channels) of 0 to 255, label).
    """

    def fast():
        return decode_plain(tf.io.read_file(path))

    def slow():
        return tf.numpy_function(_read_rgb, [path], tf.uint8)

    # In a graph, a choice costs a seventh of the time that decoding takes.
    if plain is True:
        picture = fast()
    else:
        picture = tf.cond(tf.cast(plain, bool), fast, slow)
    picture = tf.ensure_shape(picture, (None, None, 3))
    if channels == 1:
        picture = _grey(picture)
    picture = tf.image.resize(picture, image_size, "bilinear")
    return tf.ensure_shape(picture, (*image_size, channels)), label


def _read_rgb(path):
    return read_picture(os.fsdecode(np.asarray(path).item()))


def _grey(picture):
    """Weigh red, green and blue as Pillow does: Rec. 601, in 65536ths."""
    weights = tf.constant([19595, 38470, 7471])
    total = tf.reduce_sum(tf.cast(picture, tf.int32) * weights, -1, True)
    return tf.bitwise.right_shift(total + 2**15, 16)


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
