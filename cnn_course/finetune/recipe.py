"""The recipe of notebook 16: the head on saved features, then the last layers.

All that is random depends on the seed and the epoch alone.
"""

import shutil
import time
from functools import partial

import keras
import numpy as np
import tensorflow as tf

from cnn_course import parallel
from cnn_course.finetune.best import Best
from cnn_course.finetune.job import build, leads
from cnn_course.pipelines import (
    build_for_fit,
    load_features,
    load_picture,
    save_features,
)
from cnn_course.pipelines.unfinished import Backups
from cnn_course.transfer import unfreeze_last


def say_how_long(job):
    """Print about how long it will take, measured on eight pictures.

    Args:
        job: Job, nothing of it trained yet.
    """
    options, group = job.options, job.group
    size = (8, options.image_size, options.image_size)
    pictures = np.zeros((*size, job.model.input_shape[-1]), "float32")
    job.model(pictures)  # the first call makes kernels ready
    begin = time.perf_counter()
    np.asarray(job.model(pictures))
    each = (time.perf_counter() - begin) / len(pictures) / group.processes
    train, val = len(job.train.labels), len(job.val.labels)
    text = (
        f"About {each * (train + val):.0f} s for the features of all pictures"
    )
    if options.epochs:  # a step back costs no more than the one forth
        text += (
            f", then at most {options.epochs} epochs of fine-tuning, each "
            f"{each * (2 * train + val):.0f} s or less"
        )
    print(f"{text}.")


def train_head(job):
    """Train the last layer on features that the base computes only once.

    Args:
        job: Job; its model is changed in place.

    Returns:
        (history, accuracy): list of dict from metric to float, one an epoch,
        and the accuracy on the validation pictures in the end.
    """
    head = job.model.layers[-1]
    base = keras.Model(job.model.input, head.input)
    i = job.group.process_id
    train = _features(job, base, job.train, f"train_{i}.npz")
    val = _features(job, base, job.val, f"val_{i}.npz")

    def batches(arrays, rows):
        arrays = tuple(map(tf.constant, arrays))
        return rows.map(lambda i: tuple(tf.gather(a, i) for a in arrays))

    with job.group.scope():
        copy = type(head).from_config(head.get_config())
        top = keras.Sequential([keras.Input(head.input.shape[1:]), copy])
        top.set_weights(head.get_weights())
        _compile(top, job.options.start.head_rate)
        test = batches(val, _rows(job, tf.range(len(job.val.labels))))
        epochs, data = job.options.head_epochs, partial(batches, train)
        backups = Backups(job.work / "head", leads=leads(job))
        history = fit(job, top, backups, epochs, data, test)
    head.set_weights(top.get_weights())
    predictions = np.argmax(head(val[0]), axis=-1)
    return history, np.mean(predictions == val[1])


def fine_tune(job, start):
    """Train the head and the base's last layers, slowly; keep the best epoch.

    Args:
        job: Job, its head trained; its model is changed in place.
        start: dict from metric to float, what it reaches so far.

    Returns:
        (history, kept): list of dict from metric to float, one an epoch, [] if
        there are none; and the epoch that the model is of now, from 1, or 0 if
        none was better than the start.
    """
    if not job.options.epochs:
        return [], 0
    with job.group.scope():
        model, base = job.model, job.base
        if job.group.devices > 1:  # variables are where they were made
            options = job.options
            model, base = build(
                options.weights,
                options.image_size,
                len(job.train.class_names),
                options.seed,
            )
            model.set_weights(job.model.get_weights())
        unfreeze_last(base, job.options.unfreeze)
        _compile(model, job.options.start.fine_rate)
        batches, epochs = partial(_pictures, job, job.train), job.options.epochs
        val = _pictures(job, job.val, _rows(job, tf.range(len(job.val.labels))))
        if job.group.devices == 1:  # else Keras builds by itself
            build_for_fit(model, val)
        backups = Backups(job.work / "fine-tuning", leads=leads(job))
        best = Best(backups, model, start)
        if best.is_over():  # it was, before the run was killed
            epochs = len(backups.history)
        history = fit(job, model, backups, epochs, batches, val, [best])
    job.model.set_weights(best.weights)
    return history, best.kept


def fit(job, model, backups, epochs, batches, val, callbacks=()):
    """Train from the last backup on, each epoch in an order of its own.

    After a restart a shuffled dataset would begin with its first order again.
    So Keras gets one stream of all the epochs that are left.

    Args:
        job: Job.
        model: keras.Model, compiled.
        backups: Backups of this stage.
        epochs: int >= 1, in all.
        batches: function, from a dataset of rows, int tensors (batch,) of
            what this process reads in a step, to a dataset of batches.
        val: such a dataset of batches.
        callbacks: more of Keras's; they run before an epoch's backup counts.

    Returns:
        list of dict from metric to float, one an epoch, from the first on.
    """
    n = len(job.train.labels)

    def one_epoch(number):
        seed = tf.stack([job.options.seed, number])
        order = tf.random.experimental.stateless_shuffle(tf.range(n), seed)
        return batches(_rows(job, order))

    done = len(backups.history)
    all_done = parallel.gather(np.array([done]), job.group)
    if (all_done != done).any():
        raise OSError(
            f"{backups.folder} looks different to the processes, which have "
            f"epochs {all_done.tolist()} there: start all of them again."
        )
    left = tf.data.Dataset.range(done, max(epochs, done + 1))  # fit sees one
    stream = left.flat_map(one_epoch)
    model.fit(
        stream.prefetch(tf.data.AUTOTUNE),
        epochs=epochs,
        steps_per_epoch=-(-n // job.options.batch_size),
        validation_data=val,
        class_weight=job.train.class_weight,
        shuffle=False,  # the stream is; without this Keras warns
        callbacks=[
            keras.callbacks.BackupAndRestore(backups.open),
            *callbacks,
            backups,
        ],
        verbose=0,
    )
    return backups.history


def _compile(model, rate):
    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])


def _filled(n, parts):
    """Count to n, then from 0 again until there is a multiple of parts."""
    return tf.range(n + -n % parts) % n


def _rows(job, order):
    """Cut an order into batches; make a dataset of this process's shares.

    A last batch that the devices cannot share evenly is filled up with the
    order's first pictures.
    """
    order = tf.gather(order, _filled(order.shape[0], job.group.devices))
    rows = tf.data.Dataset.from_tensor_slices(order)
    rows = rows.batch(job.options.batch_size)
    return rows.map(partial(parallel.share, group=job.group))


def _pictures(job, part, rows):
    """Make batches of the pictures in some rows, read from their files."""
    size = (job.options.image_size, job.options.image_size)
    channels = job.model.input_shape[-1]
    columns = part.file_paths, part.labels, part.plain
    paths, labels, plain = map(tf.constant, columns)

    def read(i):
        fast = bool(part.plain.all()) or plain[i]
        return load_picture(paths[i], labels[i], size, channels, fast)

    data = rows.unbatch().map(read, tf.data.AUTOTUNE)
    data = data.batch(job.options.batch_size // job.group.processes)
    steps = tf.data.experimental.assert_cardinality(rows.cardinality())
    return data.apply(steps)


def _features(job, model, part, name):
    """Load saved features; or save them, and then older backups are void.

    Each process saves those of its share, and gets all.
    """
    path, n = job.work / name, len(part.labels)
    rows = _filled(n, job.group.processes)
    rows = parallel.share(rows, job.group)
    rows = tf.data.Dataset.from_tensor_slices(rows)
    size = job.options.batch_size // job.group.processes
    data = _pictures(job, part, rows.batch(size))
    try:
        made = load_features(model, data, path)
    except (FileNotFoundError, ValueError):
        for stage in ("head", "fine-tuning"):
            shutil.rmtree(job.work / stage, ignore_errors=True)
        made = save_features(model, data, path)
    return [parallel.gather(array, job.group)[:n] for array in made]
