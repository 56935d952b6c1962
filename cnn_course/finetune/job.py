"""All that is made and checked before the first long computation."""

import argparse
from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf
from keras import layers

from cnn_course import parallel
from cnn_course.nets import efficientnet_lite0, mobilenet_v2
from cnn_course.pipelines import train_val_from_directory
from cnn_course.pipelines.unfinished import fingerprint, open_work
from cnn_course.pretrained import load_imagenet_weights
from cnn_course.transfer import course_backbone, freeze, unfreeze_last

_NOT_TOLD = ("folder", "out", "coordinator", "process_id")  # change no result


class Job(NamedTuple):
    """One run: options, pictures, network, folder for unfinished work, devices.

    train and val are the sets of `train_val_from_directory`. model takes
    pictures (batch, height, width, channels) of any size, 0 to 255, and gives
    probabilities (batch, classes); base is the trained network in it. Both are
    on one device; with more in the group, a copy of them is trained.
    """

    options: argparse.Namespace
    train: tf.data.Dataset
    val: tf.data.Dataset
    model: keras.Model
    base: keras.Model
    work: Path
    group: parallel.Group


def read_folder(options):
    """Check and split the pictures.

    Args:
        options: what `parse` returns.

    Returns:
        (train, val), as a `Job` has them.

    Raises:
        ValueError: there are fewer than two classes, one has no picture to
            train on, or what `train_val_from_directory` raises.
    """
    train, val = train_val_from_directory(
        options.folder,
        image_size=(options.image_size, options.image_size),
        batch_size=options.batch_size,
        validation_split=options.validation_split,
        validation_folder=options.validation,
        seed=options.seed,
        color_mode=options.start.color_mode,
        skip_broken=options.skip_broken,
    )
    names = train.class_names
    if len(names) < 2:
        raise ValueError(
            "FOLDER must have two subfolders or more, one for each class; "
            f"{options.folder!r} has only {names[0]!r}: add one with pictures "
            "of something else."
        )
    for i, name in enumerate(names):
        if i not in train.class_weight:
            raise ValueError(
                f"Every class must have a picture to train on; {name!r} has "
                "none: add pictures, or remove the subfolder."
            )
    return train, val


def build(weights, image_size, classes, seed):
    """Build the whole network, its base trained and frozen, its head new.

    Args:
        weights: "lite0", "imagenet" or "course".
        image_size: int, side in pixels to which it resizes pictures.
        classes: int >= 2.
        seed: int, decides the head's first weights.

    Returns:
        (model, base), as a `Job` has them.

    Raises:
        OSError: the trained weights are not there.
    """
    channels = 1 if weights == "course" else 3
    inputs = keras.Input((None, None, channels))
    x = layers.Resizing(image_size, image_size, name="resize")(inputs)
    if weights == "course":
        base = course_backbone()
        x = base(x)
    else:
        # With open sides, one set of official weights does for every size.
        net = efficientnet_lite0 if weights == "lite0" else mobilenet_v2
        base = load_imagenet_weights(net((None, None, 3), include_top=False))
        if weights == "imagenet":
            x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(x)
        x = layers.GlobalAveragePooling2D(name="features")(base(x))
    freeze(base)
    glorot = keras.initializers.GlorotUniform(seed)
    x = layers.Dense(
        classes, activation="softmax", kernel_initializer=glorot, name="head"
    )(x)
    return keras.Model(inputs, x, name="finetuned"), base


def prepare(options):
    """Check all that can be checked before the first long computation.

    Args:
        options: what `parse` returns.

    Returns:
        Job, its base frozen, its folder made or found.

    Raises:
        ValueError, OSError: the arguments, the folder or the weights will not
            do; the message is for the user.
    """
    group = parallel.join(
        options.devices,
        coordinator=options.coordinator,
        processes=options.processes,
        process_id=options.process_id,
    )
    train, val = read_folder(options)
    classes = len(train.class_names)
    model, base = build(
        options.weights, options.image_size, classes, options.seed
    )
    try:
        unfreeze_last(base, options.unfreeze)
    except ValueError as error:
        raise ValueError(f"argument --unfreeze: {error}") from None
    freeze(base)
    work = options.out.with_suffix(".work")
    job = Job(options, train, val, model, base, work, group)
    told = {k: v for k, v in vars(options).items() if k not in _NOT_TOLD}
    paths = train.file_paths + val.file_paths
    mine = fingerprint(model, options.folder, paths, told)
    if leads(job):
        open_work(work, mine)
    parallel.wait(group)
    if (work / "run.json").read_text() != mine:
        raise ValueError(
            "All processes must have the same arguments and pictures; process "
            f"{options.process_id}'s differ from process 0's."
        )
    return job


def leads(job):
    """Tell whether this process is the one that writes."""
    return job.group.process_id == 0
