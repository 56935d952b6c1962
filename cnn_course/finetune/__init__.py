"""Fine-tune a trained network on a folder of pictures, in one command.

    python -m cnn_course.finetune FOLDER --out model.keras

The recipe of notebook 16: a head is trained on saved features of the frozen
base, then the base's last layers train along, slowly.

Killed at any moment and started again, it ends with the model that it would
have had, bit for bit: all that is random depends on the seed and the epoch
alone, and each epoch leaves a backup that is whole or not there.

With --devices it trains on several devices of one machine. On Keras's JAX
backend it trains on several machines: run it on each, with the same --processes
and --coordinator and with a --process-id of its own; FOLDER and --out must lie
on storage that all of them share. Each reads its share of every batch.
"""

import argparse
import contextlib
import csv
import hashlib
import json
import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cnn_course.console.quiet  # isort: skip
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

from cnn_course import parallel, plots
from cnn_course.console.progress import bar
from cnn_course.nets import mobilenet_v2
from cnn_course.pipelines import (
    load_features,
    load_picture,
    save_features,
    train_val_from_directory,
)
from cnn_course.pretrained import load_imagenet_weights
from cnn_course.transfer import course_backbone, freeze, unfreeze_last


class _Start(NamedTuple):
    """What suits a trained network; sizes in pixels, rates are Adam's."""

    color_mode: str
    smallest: int
    image_size: int
    unfreeze: int
    head_rate: float
    fine_rate: float


_STARTS = {
    "imagenet": _Start("rgb", 32, 224, 10, 3e-3, 1e-5),
    "course": _Start("grayscale", 8, 32, 4, 1e-2, 1e-4),
}


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


# --- Arguments ----------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise ValueError(f"{message}; --help lists the options.")


def _from(low, high=10**6, kind=int):
    """Make a reader of numbers from low to high."""

    def read(text):
        with contextlib.suppress(ValueError):
            if low <= kind(text) <= high:
                return kind(text)
        name = {int: "a whole number", float: "a number"}[kind]
        raise argparse.ArgumentTypeError(
            f"must be {name} from {low} to {high}, got {text!r}"
        )

    return read


def _address(text):
    host, _, port = text.rpartition(":")
    if host and port.isdecimal() and 0 < int(port) < 65536:
        return text
    raise argparse.ArgumentTypeError(
        f"must be HOST:PORT, such as 10.0.0.1:5000, got {text!r}"
    )


def _parser():
    parser = _Parser(
        prog="python -m cnn_course.finetune",
        description="Fine-tune a trained network on a folder of pictures. "
        "Once interrupted, the same command goes on where it was.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="of class subfolders")

    def add(name, kind, default, text, metavar="N"):
        text += "" if default is None else " (default: %(default)s)"
        options = {"type": kind, "default": default, "help": text}
        parser.add_argument(name, metavar=metavar, **options)

    text = "imagenet: MobileNet v2, colour; course: the course's small "
    text += "network, grey, no download (default: %(default)s)"
    parser.add_argument(
        "--weights", choices=_STARTS, default="imagenet", help=text
    )
    text = "side to which pictures are resized, in pixels (default: 224 for "
    text += "imagenet, which 160 would make twice as fast; 32 for course)"
    add("--image-size", _from(1), None, text)
    add("--head-epochs", _from(1), 30, "epochs with a frozen base")
    add("--epochs", _from(0), 10, "epochs of fine-tuning; 0: none")
    text = "layers to fine-tune, counted from the base's end without batch "
    text += "normalisation (default: 10 for imagenet, 4 for course)"
    add("--unfreeze", _from(0), None, text)
    add("--batch-size", _from(1), 32, "pictures in a step")
    share = "share of the pictures to test on"
    add("--validation-split", _from(0, 1, float), 0.2, share, "SHARE")
    text = "decides the split, the order and the head's first weights"
    add("--seed", _from(0, 2**32 - 1), 0, text)
    text = "go on without the pictures that cannot be used"
    parser.add_argument("--skip-broken", action="store_true", help=text)
    text = "the model; class names, curves and confusion matrix go beside it"
    add("--out", Path, Path("model.keras"), text, "MODEL.keras")
    text = "GPUs of this machine to train on, or parts of its processor if it "
    add("--devices", _from(1), 1, text + "has none")
    text = "where process 0 can be reached by all"
    add("--coordinator", _address, None, text, "HOST:PORT")
    text = "processes that train together, each with --devices; JAX only"
    add("--processes", _from(1), 1, text)
    add("--process-id", _from(0), 0, "which of them this is, from 0", "I")
    return parser


def parse(argv=None):
    """Read and check the command line.

    Args:
        argv: list of str; None: the command line's own.

    Returns:
        argparse.Namespace, start in it telling what suits the weights.

    Raises:
        ValueError: an option is unknown or out of range, or a model cannot be
            written where --out says.
    """
    options = _parser().parse_args(argv)
    start = options.start = _STARTS[options.weights]
    folder, out = options.folder, options.out
    if options.image_size is None:
        options.image_size = start.image_size
    if options.unfreeze is None:
        options.unfreeze = start.unfreeze
    if options.image_size < start.smallest:
        raise ValueError(
            f"--image-size must be at least {start.smallest} for --weights "
            f"{options.weights}; got {options.image_size}."
        )
    _check_group(options)
    if out.suffix != ".keras" or out.is_dir():
        raise ValueError(
            "--out must name a file that ends in .keras, such as model.keras; "
            f"got {str(out)!r}."
        )
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise ValueError(
            "--out must lie in a folder that can be written to, which "
            f"{str(out.parent)!r} is not: make it, or choose another."
        )
    if out.resolve().is_relative_to(Path(folder).resolve()):
        raise ValueError(
            f"--out must lie outside {folder!r}, where each subfolder is a "
            f"class; got {str(out)!r}."
        )
    return options


def _check_group(options):
    processes, devices = options.processes, options.devices
    if processes > 1 and options.coordinator is None:
        raise ValueError(
            "--processes needs --coordinator HOST:PORT, an address of process "
            "0's machine with a free port, the same for all processes."
        )
    if options.process_id >= processes:
        raise ValueError(
            f"--process-id must be below --processes, {processes}; got "
            f"{options.process_id}."
        )
    if options.batch_size % (processes * devices):
        raise ValueError(
            f"--batch-size must be a multiple of --processes times --devices, "
            f"{processes} x {devices}: each device gets as many pictures; got "
            f"{options.batch_size}."
        )


# --- Pictures, network, folder for unfinished work ----------------------------


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
                "none: add pictures, remove the subfolder, or try another "
                "--seed."
            )
    return train, val


def build(weights, image_size, classes, seed):
    """Build the whole network, its base trained and frozen, its head new.

    Args:
        weights: "imagenet" or "course".
        image_size: int, side in pixels to which it resizes pictures.
        classes: int >= 2.
        seed: int, decides the head's first weights.

    Returns:
        (model, base), as a `Job` has them.

    Raises:
        OSError: the trained weights are not there.
    """
    channels = 3 if weights == "imagenet" else 1
    inputs = keras.Input((None, None, channels))
    x = layers.Resizing(image_size, image_size, name="resize")(inputs)
    if weights == "imagenet":
        # With open sides, one set of official weights does for every size.
        base = mobilenet_v2((None, None, 3), include_top=False)
        load_imagenet_weights(base)
        x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(x)
        x = layers.GlobalAveragePooling2D(name="features")(base(x))
    else:
        base = course_backbone()
        x = base(x)
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
    fingerprint = _fingerprint(job)
    if _leads(job):
        _open_work(work, fingerprint)
    parallel.wait(group)
    if (work / "run.json").read_text() != fingerprint:
        raise ValueError(
            "All processes must have the same arguments and pictures; process "
            f"{options.process_id}'s differ from process 0's."
        )
    return job


def _leads(job):
    """Tell whether this process is the one that writes."""
    return job.group.process_id == 0


def _fingerprint(job):
    """Say in a line of JSON what the result depends on."""
    made_by = f"{keras.__version__} on {keras.backend.backend()}"
    digest = hashlib.sha256(made_by.encode())
    for weight in job.model.get_weights():
        digest.update(weight.tobytes())
    for path in job.train.file_paths + job.val.file_paths:
        name, status = os.path.relpath(path, job.options.folder), os.stat(path)
        text = f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0"
        digest.update(text.encode(errors="surrogateescape"))
    options = vars(job.options) | {"folder": digest.hexdigest()}
    for name in ("out", "coordinator", "process_id"):
        del options[name]
    return json.dumps(options, default=str)


def _open_work(work, fingerprint):
    """Make the folder, or keep it if it is of a run like this one."""
    mark = work / "run.json"
    if mark.exists():
        if mark.read_text() == fingerprint:
            print(f"Going on with the unfinished run in {work}.")
            return
        print(
            f"The unfinished run in {work} had other arguments or pictures: "
            "starting anew."
        )
        _remove_work(work)
    elif work.is_dir() and any(work.iterdir()):
        raise ValueError(
            f"{str(work)!r} must be free for unfinished work, but has other "
            "files: move them, or choose another --out."
        )
    work.mkdir(exist_ok=True)
    mark.write_text(fingerprint)


def _remove_work(work):
    mark = work / "run.json"
    mark.write_text("")  # from now on of no run, even if only half removed
    for path in work.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path != mark:
            path.unlink()
    mark.unlink()
    work.rmdir()


# --- Training that can be interrupted -----------------------------------------


class _Backups(keras.callbacks.Callback):
    """Make each of BackupAndRestore's backups whole or absent; show progress.

    Keras overwrites two files, one after the other: killed in between, it
    would go on with the weights of one epoch and the number of another. So it
    writes into a folder "open", the history comes along, and renaming the
    folder makes all of it count in one step.

    Attributes:
        history: list of dict from metric to float, one an epoch.
        open: path of the folder that Keras writes into; of a process that does
            not lead, somewhere else: saving is a step that all take together.
    """

    def __init__(self, folder, *, leads=True):
        super().__init__()
        self.folder, self.open, self.history = folder, folder / "open", []
        self.leads = leads
        if not leads:
            self.elsewhere = tempfile.TemporaryDirectory()
            self.open = Path(self.elsewhere.name, "open")
        shutil.rmtree(self.open, ignore_errors=True)
        for newest in sorted(folder.glob("epoch_*"))[-1:]:
            shutil.copytree(newest, self.open)
            text = (self.open / "history.json").read_text()
            self.history = json.loads(text)

    def on_train_begin(self, logs=None):
        epochs, steps = self.params["epochs"], self.params["steps"]
        done = len(self.history) * steps
        options = {"total": epochs * steps, "initial": done}
        self.bar = bar(None, f"{self.folder.name}, steps", **options)

    def on_train_batch_end(self, batch, logs=None):
        self.bar.update()

    def on_epoch_end(self, epoch, logs=None):
        self.history.append(logs)
        if not self.leads:
            return
        (self.open / "history.json").write_text(json.dumps(self.history))
        for path in self.open.iterdir():  # on the disk, if the power fails
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
        older = list(self.folder.glob("epoch_*"))
        self.open.rename(self.folder / f"epoch_{epoch + 1:07d}")
        for backup in older:
            shutil.rmtree(backup)

    def on_train_end(self, logs=None):
        self.bar.close()
        if not self.leads:
            self.elsewhere.cleanup()


def _fit(job, model, stage, epochs, batches, val):
    """Train from the last backup on, each epoch in an order of its own.

    After a restart a shuffled dataset would begin with its first order again.
    So `fit` gets one stream of all the epochs that are left.

    Args:
        job: Job.
        model: keras.Model, compiled.
        stage: str, names the backups.
        epochs: int >= 1, in all.
        batches: function, from a dataset of rows, int tensors (batch,) of
            what this process reads in a step, to a dataset of batches.
        val: such a dataset of batches.

    Returns:
        list of dict from metric to float, one an epoch, from the first on.
    """
    n = len(job.train.labels)
    backups = _Backups(job.work / stage, leads=_leads(job))

    def one_epoch(number):
        seed = tf.stack([job.options.seed, number])
        order = tf.random.experimental.stateless_shuffle(tf.range(n), seed)
        return batches(_rows(job, order))

    done = len(backups.history)
    all_done = parallel.gather(np.array([done]), job.group)
    if (all_done != done).any():
        raise OSError(
            f"{job.work / stage} looks different to the processes, which have "
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
        callbacks=[keras.callbacks.BackupAndRestore(backups.open), backups],
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
    paths, labels = map(tf.constant, (part.file_paths, part.labels))

    def read(i):
        return load_picture(paths[i], labels[i], size, channels)

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
        history = _fit(job, top, "head", epochs, data, test)
    head.set_weights(top.get_weights())
    predictions = np.argmax(head(val[0]), axis=-1)
    return history, np.mean(predictions == val[1])


def fine_tune(job):
    """Train the head and the base's last layers, slowly.

    Args:
        job: Job, its head trained; its model is changed in place.

    Returns:
        list of dict from metric to float, one an epoch; [] without epochs.
    """
    if not job.options.epochs:
        return []
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
        history = _fit(job, model, "fine-tuning", epochs, batches, val)
    if model is not job.model:
        job.model.set_weights(model.get_weights())
    return history


# --- Results ------------------------------------------------------------------


def save(job, history, predictions):
    """Write the model, and beside it all that is told of it.

    Args:
        job: Job, its model trained.
        history: dict from stage to list of dict from metric to float.
        predictions: int array (n,), the classes of the validation pictures.

    Returns:
        list of Path: the model, class names, numbers, curves, confusion.
    """
    out, names = job.options.out, job.train.class_names
    endings = "classes.json", "history.csv", "curves.png", "confusion.png"
    paths = [out, *(out.with_suffix(f".{ending}") for ending in endings)]
    job.model.save(job.work / "model.keras")
    os.replace(job.work / "model.keras", out)  # all of it, or nothing
    text = json.dumps(names, indent=1, ensure_ascii=False)
    paths[1].write_text(text + "\n", encoding="utf-8")
    rows = [
        {"stage": stage, "epoch": epoch, **metrics}
        for stage, epochs in history.items()
        for epoch, metrics in enumerate(epochs, start=1)
    ]
    with open(paths[2], "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    lines = {"training": "accuracy", "validation": "val_accuracy"}
    lines = {name: [row[key] for row in rows] for name, key in lines.items()}
    axes = {"xlabel": "epoch", "ylabel": "accuracy"}
    plots.curves(lines, **axes, title="base frozen | fine-tuned")
    plt.axvline(len(history["head"]) + 0.5, color="black", linewidth=1)
    plt.savefig(paths[3], bbox_inches="tight")
    plt.close()
    plots.confusion_matrix(job.val.labels, predictions, names)
    plt.xticks(rotation=90)
    right = (job.val.labels == predictions).mean()
    plt.title(f"{right:.1%} of {len(predictions)} validation pictures right")
    plt.savefig(paths[4], bbox_inches="tight")
    plt.close()
    return paths


def report(job, history, frozen):
    """Save the results, and print what came out and how to use it.

    Args:
        job: Job, its model trained.
        history: dict from stage to list of dict from metric to float.
        frozen: float, the accuracy before fine-tuning.
    """
    names, labels = job.train.class_names, job.val.labels
    predictions = job.model.predict(job.val, verbose=0).argmax(axis=-1)
    paths = save(job, history, predictions)
    width = max(5, *map(len, names))
    print(f"{'class':{width}} training validation")
    for i, name in enumerate(names):
        counts = (job.train.labels == i).sum(), (labels == i).sum()
        print(f"{name:{width}} {counts[0]:8} {counts[1]:10}")
    accuracy = f"{frozen:.1%} with the base frozen"
    if history["fine-tuning"]:
        accuracy += f", {(predictions == labels).mean():.1%} fine-tuned"
    print(f"Accuracy on {len(labels)} validation pictures: {accuracy}.")
    wrong = np.zeros((len(names), len(names)), int)
    np.add.at(wrong, (labels, predictions), labels != predictions)
    true, taken = np.unravel_index(wrong.argmax(), wrong.shape)
    if wrong.any():
        print(
            f"Worst confusion: {wrong[true, taken]} of {(labels == true).sum()}"
            f" {names[true]!r} were taken for {names[taken]!r}."
        )
    print("Written:", *paths, sep="\n  ")
    options = f"color_mode={job.options.start.color_mode!r}"
    print(
        "Use it, with Keras alone:\n"
        f"  model = keras.models.load_model({str(paths[0])!r})\n"
        f'  picture = keras.utils.load_img("PICTURE", {options})\n'
        "  model.predict(keras.utils.img_to_array(picture)[None])"
    )


def _one_line(error):
    """Put a message into one line, and into the words of the command."""
    text = "; ".join(line.strip() for line in str(error).splitlines())
    for old, new in (
        (":; ", ": "),
        ("skip_broken=True", "--skip-broken"),
        ("validation_split", "--validation-split"),
    ):
        text = text.replace(old, new)
    return f"finetune: {text}"


def _work(options):
    """Do what `main` says, in this process."""
    tf.config.experimental.enable_op_determinism()
    try:
        job = prepare(options)
    except KeyboardInterrupt:
        print("\nInterrupted before the training.")
        return 130
    except (OSError, RuntimeError, ValueError) as error:
        if parallel.supervised() and isinstance(error, RuntimeError):
            raise  # it is about another process: the supervisor tells
        print(_one_line(error), file=sys.stderr)
        return 2
    try:
        head, frozen = train_head(job)
        history = {"head": head, "fine-tuning": fine_tune(job)}
        if not parallel.leave(job.group, job.model.get_weights()):
            print("The processes' weights differ; process 0's are kept.")
        if _leads(job):
            report(job, history, frozen)
            _remove_work(job.work)
        else:
            print("Trained. Process 0 writes the results.")
    except OSError as error:  # a full disk, say
        print(_one_line(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from the last epoch.")
        return 130
    return 0


def main(argv=None):
    """Run the command.

    TensorFlow computes deterministically from then on, in this process.

    Args:
        argv: list of str; None: the command line's own.

    Returns:
        int, the exit status: 0, or 2 after one sentence on the standard error
        output, or 130 after Ctrl-C, or 3 if another process has died.
    """
    argv = sys.argv[1:] if argv is None else argv
    try:
        options = parse(argv)
    except (OSError, ValueError) as error:
        print(_one_line(error), file=sys.stderr)
        return 2
    if options.processes == 1:
        return _work(options)
    if parallel.supervised():
        parallel.obey(partial(_work, options))
    command = [sys.executable, "-m", "cnn_course.finetune", *argv]
    log = options.out.with_suffix(f".process_{options.process_id}.log")
    return parallel.supervise(command, log, "finetune")
