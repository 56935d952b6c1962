"""The training: batches that vary, AdamW, the best epoch kept.

All that is random depends on the seed and the step alone, so that a killed
run goes on as if nothing had happened.
"""

import argparse
import hashlib
import time
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from cnn_course.detection import coco_evaluate, yolo
from cnn_course.detection.annotated import BoxedImages
from cnn_course.detection.train import augment, sets
from cnn_course.detection.train.network import BACKBONES, detector
from cnn_course.detection.train.options import STARTS, UNFREEZE, epochs_of
from cnn_course.detection.writers import detections_to_coco, to_coco
from cnn_course.pipelines import build_for_fit, untuned
from cnn_course.pipelines.unfinished import Backups, fingerprint, open_work
from cnn_course.transfer import freeze, unfreeze_last

LOOKS = 10  # at the validation pictures, in a stage
AT_ONCE = 8  # pictures in a call: Keras keeps all maps of one
_SMALL = 0.05  # below this score, a box hardly moves the mAP


class Job(NamedTuple):
    """One run: its options, pictures, network, and folder for unfinished work.

    base is the backbone in the model.
    """

    options: argparse.Namespace
    train: BoxedImages
    val: BoxedImages
    model: keras.Model
    base: keras.Model
    work: Path


def prepare(options):
    """Read the pictures and build the network.

    Args:
        options: what `parse` returns.

    Returns:
        Job.

    Raises:
        ValueError, OSError: the pictures or the weights will not do; the
            message is for the user.
    """
    found = sets.choose(
        sets.read(options.dataset, options.image_folder), options.classes
    )
    other = None
    if options.validation is not None:
        names = list(found.class_names)
        other = sets.read(options.validation)
        other = sets.choose(other, names, may_lack=True)
        both = {p.resolve() for p in found.paths} & {
            p.resolve() for p in other.paths
        }
        if both:
            raise ValueError(
                "--validation may not have pictures of DATASET; both have "
                f"{len(both)}, {sorted(both)[0].name} among them."
            )
    start = STARTS[options.backbone]
    size = sets.fit_size(found, start.wide_enough, options.image_size)
    sets.tell(found, size)
    if other is None:
        places = sets.split(found, options.validation_split, options.seed)
        train, val = sets.load(found, size, places)
    else:
        (train,), (val,) = sets.load(found, size), sets.load(other, size)
    if options.batch_size is None:
        options.batch_size = int(np.clip(len(train.images) // 10, 4, 16))
    keras.utils.set_random_seed(options.seed)
    base = BACKBONES[options.backbone]()
    model = detector(size, len(found.class_names), base)
    work = options.out.with_suffix(".work")
    paths = found.paths + (other.paths if other else [])
    told = {k: v for k, v in vars(options).items() if k != "out"}
    told["start"], told["truth"] = start, hashlib.sha256()
    for one in (train, val):
        told["truth"].update(np.concatenate(one.boxes).tobytes())
        told["truth"].update(np.concatenate(one.labels).tobytes())
    told["truth"] = told["truth"].hexdigest()
    mine = fingerprint(model, paths[0].parent, paths, told)
    open_work(work, mine)
    return Job(options, train, val, model, base, work)


def find(model, pictures, score_threshold=_SMALL):
    """Find things in pictures of the network's size.

    Args:
        model: keras.Model, a detector.
        pictures: BoxedImages.
        score_threshold: 0-1.

    Returns:
        (boxes, scores, labels), as from `yolo.predict`.
    """
    return yolo.predict(
        model,
        pictures.images,
        score_threshold=score_threshold,
        batch_size=AT_ONCE,
    )


class KeepBest(keras.callbacks.Callback):
    """Look at the validation pictures now and then; keep the best weights.

    Best is the highest mAP, the mean over IoU 0.5 to 0.95.

    Attributes:
        weights: list of arrays, the best so far.
        kept: int, the epoch that they are of, from 1; 0: from before.
        best: float, their mAP.

    Args:
        backups: Backups of this training; the best weights go with them.
        val: BoxedImages.
        epochs: int, of the training.
        start: (weights, mAP), what was there before.
    """

    def __init__(self, backups, val, epochs, start):
        super().__init__()
        self.backups, self.val = backups, val
        self.truth = to_coco(val)
        steps = np.linspace(0, epochs, min(LOOKS, epochs) + 1)[1:]
        self.looks = set(np.round(steps).astype(int).tolist())
        (self.weights, self.best), self.kept = start, 0
        path = backups.open / "best.npz"
        if path.exists():
            with np.load(path) as file:
                self.kept, self.best = int(file["kept"]), float(file["best"])
                count = len(file.files) - 2
                self.weights = [file[f"arr_{i}"] for i in range(count)]

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 in self.looks:
            found = detections_to_coco(*find(self.model, self.val))
            figures = coco_evaluate(self.truth, found)
            logs |= {f"val_{name}": figures[name] for name in ("AP50", "AP")}
            if figures["AP"] > self.best:
                self.kept, self.best = epoch + 1, figures["AP"]
                self.weights = self.model.get_weights()
        path = self.backups.open / "best.npz"
        np.savez(path, *self.weights, kept=self.kept, best=self.best)


def make_batches(job, first, last, steps):
    """Make the batches of some epochs, each in an order of its own.

    Args:
        job: Job.
        first: int, the epoch to begin with, from 0.
        last: int, the epoch to end before.
        steps: int, of an epoch.

    Returns:
        tf.data.Dataset of (images, targets), float32.
    """
    train, options = job.train, job.options
    height, width, channels = job.model.output_shape[1:]

    def make(step):
        epoch, place = divmod(int(step), steps)
        rng = np.random.default_rng([options.seed, epoch])
        order = rng.permutation(len(train.images))
        rng = np.random.default_rng([options.seed, epoch, place + 1])
        chosen = order[place::steps]
        varied = [
            augment.vary(
                train.images[i],
                train.boxes[i],
                train.labels[i],
                rng,
                flip=not options.no_flip,
            )
            for i in chosen
        ]
        images, boxes, labels = map(list, zip(*varied, strict=True))
        images = augment.recolour(np.float32(images), rng)
        pictures = BoxedImages(
            images, boxes, labels, None, None, train.class_names
        )
        return images, yolo.make_targets(pictures, grid=(height, width))

    def batch(step):
        images, targets = tf.numpy_function(
            make, [step], [tf.float32, tf.float32]
        )
        images.set_shape([None, *job.model.input_shape[1:]])
        targets.set_shape([None, height, width, channels])
        return images, targets

    data = tf.data.Dataset.range(first * steps, last * steps)
    return untuned(data.map(batch, 2).prefetch(4))


def train(job, stage, before=-1.0):
    """Train one stage from its last backup on; the model gets its best weights.

    Args:
        job: Job; its model is changed in place.
        stage: Stage.
        before: float, the mAP that the model has so far; -1: none.

    Returns:
        (history, kept, best): list of dict from metric to float, one an epoch;
        the epoch that the model is of now, from 1, or 0 if none was better
        than before; and its mAP.
    """
    options, n = job.options, len(job.train.images)
    epochs = epochs_of(stage, n, options.epochs, options.backbone)
    steps = -(-n // options.batch_size)
    if stage.frozen:
        freeze(job.base)
    elif options.backbone != "scratch":
        unfreeze_last(job.base, UNFREEZE)
    total = epochs * steps
    warmup = max(min(300, total // 5), 1)
    rest = max(total - warmup, 1)  # there may be one step in all
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, rest, warmup_target=stage.rate, warmup_steps=warmup
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=1e-3, beta_2=0.98)
    job.model.compile(optimizer, loss=yolo.free_loss)
    backups = Backups(job.work / stage.name)
    start = job.model.get_weights(), before
    best = KeepBest(backups, job.val, epochs, start)
    done = len(backups.history)
    build_for_fit(job.model, make_batches(job, 0, 1, steps))
    _say_how_long(job, stage, epochs, done)
    job.model.fit(
        make_batches(job, done, max(epochs, done + 1), steps),
        epochs=epochs,
        steps_per_epoch=steps,
        shuffle=False,
        callbacks=[
            keras.callbacks.BackupAndRestore(backups.open),
            best,
            backups,
        ],
        verbose=0,
    )
    job.model.set_weights(best.weights)
    return backups.history, best.kept, best.best


def _say_how_long(job, stage, epochs, done):
    """Print about how long a stage will take, measured on eight pictures."""
    pictures = np.float32(job.train.images[:AT_ONCE])
    times = []
    for _ in range(4):  # the first call makes kernels ready
        begin = time.perf_counter()
        np.asarray(job.model(pictures))
        times.append(time.perf_counter() - begin)
    each = min(times) / len(pictures)
    looks = min(LOOKS, epochs) * len(job.val.images)
    passes = 1 if stage.frozen else 3  # forward, and twice as much back
    seen = (epochs - done) * len(job.train.images)
    print(
        f"{stage.name}: {epochs} epochs of {len(job.train.images)} pictures, "
        f"about {each * (passes * seen + looks) / 60:.1f} min."
    )
