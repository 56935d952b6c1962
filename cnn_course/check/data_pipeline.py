"""The exercises of notebook 14, a data pipeline."""

import math
import tempfile
from itertools import islice, takewhile
from pathlib import Path

import numpy as np

from cnn_course.check.behaviour import NO_RETURN, BehaviourExercise
from cnn_course.check.judge import FunctionExercise, ValueExercise

expected_overlap = FunctionExercise(
    "expected_overlap",
    right=lambda files, validation_split: (
        files * validation_split * (1 - validation_split)
    ),
    cases=((1020, 0.2), (1000, 0.5), (400, 0.1), (90, 0.3)),
    mistakes=(
        (
            lambda files, validation_split: files * validation_split,
            "that is the whole validation set; only a part of it is in the "
            "training set as well.",
        ),
        (
            lambda files, validation_split: files * (1 - validation_split),
            "that is the whole training set; how many of the validation files "
            "are in it?",
        ),
        (
            lambda files, validation_split: files * validation_split**2,
            "those are in both validation sets; ask for one validation and one "
            "training set.",
        ),
        (
            lambda files, validation_split: (
                validation_split * (1 - validation_split)
            ),
            "that is the share; multiply it by the number of files.",
        ),
        (
            lambda files, validation_split: files * validation_split * 0.8,
            "the 0.8 is right for a split of a fifth only; it depends on the "
            "split.",
        ),
        (
            lambda files, validation_split: round(
                files * validation_split * (1 - validation_split)
            ),
            "right, but rounded: an expected number need not be a whole one.",
        ),
        (
            lambda files, validation_split: 1 - validation_split,
            "that is the share of the validation set; how many files is it?",
        ),
        (
            lambda files, validation_split: (
                2 * files * validation_split * (1 - validation_split)
            ),
            "a file that is in both sets is counted twice: it is one.",
        ),
        (
            lambda files, validation_split: (
                files * validation_split * files * (1 - validation_split)
            ),
            "those are pairs of files: multiply a number of files by a chance.",
        ),
        (
            lambda files, validation_split: files * (1 - validation_split) ** 2,
            "those are in both training sets; ask for one training and one "
            "validation set.",
        ),
    ),
    hint="take one file of the validation set: what is the chance that the "
    "other call has put it into its training set? And how many such files?",
)

_PIXELS = 224 * 224
cache_megabytes = ValueExercise(
    "cache_megabytes",
    right=5000 * _PIXELS * 3 * 4 / 1e6,
    mistakes=(
        (5000 * _PIXELS * 3 / 1e6, "a float32 takes 4 bytes."),
        (5000 * _PIXELS * 4 / 1e6, "a colour picture has 3 channels."),
        (
            5000 * _PIXELS * 3 * 4 / 2**20,
            "those are mebibytes, of 2²⁰ bytes; megabytes have 10⁶.",
        ),
        (5000 * _PIXELS * 3 * 4, "those are bytes; a megabyte has 10⁶."),
        (
            5000 * _PIXELS * 3 * 4 / 1e9,
            "those are gigabytes; a megabyte has 10⁶ bytes.",
        ),
        (
            5000 * 4000 * 3000 * 3 * 4 / 1e6,
            "the pictures are resized before they are kept.",
        ),
        (5000 * 2, "that is what the files take on the disk, compressed."),
        (
            5000 * _PIXELS * 3 * 32 / 1e6,
            "32 are the bits; a float32 takes 4 bytes.",
        ),
        (_PIXELS * 3 * 4 / 1e6, "that is one picture; there are 5 000."),
        *(
            (
                rounded,
                "right, but rounded: write the calculation, not its result.",
            )
            for rounded in (3010, 3010.5, 3010.6, 3011)
        ),
        (5000 * _PIXELS * 3 * 2 / 1e6, "a float32 takes 4 bytes."),
        (
            5000 * _PIXELS * 3 * 8 / 1e6,
            "8 bytes are a float64; a float32 takes half.",
        ),
        (
            5000 * 224 * 3 * 4 / 1e6,
            "a picture is 224 pixels high and 224 wide.",
        ),
    ),
    hint="how many numbers is one picture, after resizing, and how many bytes "
    "is one number?",
)

epoch_seconds = FunctionExercise(
    "epoch_seconds",
    right=lambda batches, load, train: (
        load + (batches - 1) * max(load, train) + train
    ),
    cases=((8, 0.04, 0.04), (10, 3, 1), (10, 1, 3), (1, 2, 5), (100, 0.5, 2)),
    mistakes=(
        (
            lambda batches, load, train: batches * (load + train),
            "that is without prefetch: nothing overlaps.",
        ),
        (
            lambda batches, load, train: batches * max(load, train),
            "nearly: while the first batch loads nothing can train, and while "
            "the last one trains nothing is left to load.",
        ),
        (
            lambda batches, load, train: load + batches * train,
            "right if training takes longer; when loading does, the network "
            "waits for each batch.",
        ),
        (
            lambda batches, load, train: batches * load + train,
            "right if loading takes longer; when training does, the batches "
            "wait for the network.",
        ),
        (
            lambda batches, load, train: (
                load + batches * max(load, train) + train
            ),
            "of the batches one is counted twice: between the first loading "
            "and the last training there are batches − 1 steps.",
        ),
        (
            lambda batches, load, train: load + batches * max(load, train),
            "right if training takes longer; when loading does, one batch too "
            "many is loaded.",
        ),
        (
            lambda batches, load, train: batches * max(load, train) + train,
            "right if loading takes longer; when training does, one batch too "
            "many is trained on.",
        ),
        (
            lambda batches, load, train: max(load, train),
            "that is the time for one more batch; there are several.",
        ),
        (
            lambda batches, load, train: (
                load + (batches - 1) * min(load, train) + train
            ),
            "of two that work side by side the quicker one waits for the "
            "slower.",
        ),
        (
            lambda batches, load, train: (batches - 1) * max(load, train),
            "that is the middle; the two ends are missing: what happens before "
            "the first training, and after the last loading?",
        ),
    ),
    hint="draw three batches as two rows of bars, loading above training. What "
    "happens alone at the start and at the end, and what beside what else?",
)

class_weights = FunctionExercise(
    "class_weights",
    right=lambda counts: [
        sum(counts) / (len(counts) * count) for count in counts
    ],
    cases=(([50, 20, 7],), ([10, 10],), ([1, 3],), ([5, 80, 20, 15],)),
    mistakes=(
        (
            lambda counts: [sum(counts) / count for count in counts],
            "the ratios are right; divide by the number of classes too, or the "
            "weights of all pictures sum to too much.",
        ),
        (
            lambda counts: [1 / count for count in counts],
            "the ratios are right, but then each class counts 1 in all; scale "
            "so that the pictures' weights sum to their number.",
        ),
        (
            lambda counts: [max(counts) / count for count in counts],
            "the ratios are right, but the weights of all pictures must sum to "
            "the number of pictures.",
        ),
        (
            lambda counts: [count / sum(counts) for count in counts],
            "that gives the large classes more weight still; the rarer a "
            "class, the heavier must each of its pictures be.",
        ),
        (
            lambda counts: [1 - count / sum(counts) for count in counts],
            "rare classes weigh more, but not enough: weight · pictures must "
            "be the same for all classes.",
        ),
        (
            lambda counts: [sum(counts) / len(counts)] * len(counts),
            "that is what each class must count in all; share it among its "
            "pictures.",
        ),
        (
            lambda counts: [
                1 / count / sum(1 / other for other in counts)
                for count in counts
            ],
            "the ratios are right, but your weights sum to 1; those of all "
            "pictures must sum to their number.",
        ),
        (
            lambda counts: [
                len(counts) / count / sum(1 / other for other in counts)
                for count in counts
            ],
            "the ratios are right, but your weights sum to the number of "
            "classes; those of all pictures must sum to that of pictures.",
        ),
        (
            lambda counts: [
                sum(counts) // (len(counts) * count) for count in counts
            ],
            "a weight need not be a whole number: / in place of //.",
        ),
        (
            lambda counts: [1 / (len(counts) * count) for count in counts],
            "the ratios are right, but then each class counts 1 / k in all; "
            "scale so that the pictures' weights sum to their number.",
        ),
        (
            lambda counts: [
                len(counts) * count / sum(counts) for count in counts
            ],
            "upside down: the rarer a class, the heavier must each of its "
            "pictures be.",
        ),
    ),
    hint="weight · pictures must be the same for all classes, and their sum "
    "the number of pictures. Return a list, one weight for each class.",
)


# --- A pipeline of the learner's own -----------------------------------------

_COUNT, _BATCH, _SIZE = 83, 8, (6, 10)  # pictures; pictures; height and width
_LABELS = [3 * number % 7 for number in range(_COUNT)]
_FAR = 50  # places that a good shuffle moves some picture towards the front


def _colours(numbers):
    """The colour of each picture, from 0 to 255: it tells which one it is."""
    numbers = np.asarray(numbers)
    return np.stack([3 * numbers, 255 - 2 * numbers, 20 + 0 * numbers], -1)


def _save_pictures(folder):
    """Save pictures of one colour each, of several widths; their paths."""
    from PIL import Image

    paths = [str(Path(folder, f"{number}.png")) for number in range(_COUNT)]
    for number, path in enumerate(paths):
        Image.new("RGB", (11 + number % 8, 8), tuple(_colours(number))).save(
            path
        )
    return paths


def _epoch(data):
    """The batches of an epoch as arrays; of an endless one, one too many."""
    batches = islice(data, math.ceil(_COUNT / _BATCH) + 1)
    return [[np.asarray(part) for part in batch] for batch in batches]


def _kind_hint(data):
    """What is wrong with a dataset before it is read; "" if nothing."""
    import tensorflow as tf

    if data is None:
        return NO_RETURN
    if not isinstance(data, tf.data.Dataset):
        return f"a tf.data.Dataset is asked for, not a {type(data).__name__}."
    parts = data.element_spec
    if not isinstance(parts, tuple) or len(parts) != 2:
        return (
            "each element must be a pair, pictures and labels. "
            "`from_tensor_slices` takes one tuple, (paths, labels), and what "
            "you map must return both."
        )
    pictures = parts[0]
    if getattr(pictures, "dtype", None) == tf.string:
        return (
            "no pictures come out, but text: a path must be read "
            "(tf.io.read_file), and what is read must be decoded "
            "(tf.io.decode_image)."
        )
    if pictures.shape.rank == 3:
        return "single pictures come out: what puts them together in batches?"
    return ""


def _picture_hint(pictures):
    """What is wrong with a batch of pictures; "" if nothing."""
    if pictures.ndim != 4:
        return (
            "a batch of pictures has 4 axes: batch, height, width, channels; "
            f"yours has the shape {pictures.shape}."
        )
    size = pictures.shape[1:3]
    if size == _SIZE[::-1]:
        return "the sides have changed places: a size is height, then width."
    if size != _SIZE:
        return f"for size={_SIZE} your pictures are {size[0]}×{size[1]}."
    if pictures.shape[-1] != 3:
        return f"colours have 3 channels; yours have {pictures.shape[-1]}."
    if pictures.dtype != np.float32:
        return (
            f"float32 is asked for; yours are {pictures.dtype}. What does "
            "tf.image.resize return, and what was done to it?"
        )
    low, high = pictures.min(), pictures.max()
    if high > 1.5:
        return f"from 0 to 1 is asked for; yours go up to {high:.0f}."
    if low < 0:
        return f"from 0 to 1 is asked for; yours go down to {low:.1f}."
    if high < 0.1:
        return (
            f"the largest number is {high:.4f}: scaled twice? "
            "`convert_image_dtype` brings whole numbers to 0 to 1 by itself."
        )
    if np.ptp(pictures, axis=(1, 2)).max() > 0.02:
        return (
            "there is a border, or a pattern, that is not in the files: "
            "tf.image.resize changes the size and adds nothing."
        )
    return ""


def _numbers(batches):
    """Which picture is where, batch by batch, from the colours."""
    return [
        np.rint(255 * pictures[:, 0, 0, 0] / 3).astype(int)
        for pictures, _ in batches
    ]


def _content_hint(batches):
    """What is wrong with an epoch's pictures and labels; "" if nothing."""
    numbers = np.concatenate(_numbers(batches))
    colours = np.concatenate([pictures[:, 0, 0] for pictures, _ in batches])
    if not np.allclose(255 * colours, _colours(numbers), atol=2):
        return "the colours are not those of the files."
    sizes = [len(pictures) for pictures, _ in batches]
    if sizes[0] != _BATCH:
        return f"for batch_size={_BATCH} your batches have {sizes[0]} pictures."
    if sum(sizes) > _COUNT:
        return (
            f"after {_COUNT} pictures the epoch must end; yours goes on. "
            "`fit` repeats by itself."
        )
    if sum(sizes) == _COUNT // _BATCH * _BATCH:
        return (
            f"the last {_COUNT % _BATCH} of {_COUNT} pictures never come: the "
            "last batch may be smaller."
        )
    if sorted(numbers) != list(range(_COUNT)):
        return (
            f"each of {_COUNT} pictures must come once an epoch; here come "
            f"{len(numbers)}, {len(set(numbers))} of them different."
        )
    labels = np.concatenate([labels for _, labels in batches])
    if labels.shape != (_COUNT,):
        return (
            "a label is the number that was given; a batch of yours has the "
            f"shape {batches[0][1].shape}."
        )
    if not np.array_equal(labels, np.array(_LABELS)[numbers]):
        return (
            "pictures have others' labels: shuffle the pairs, not pictures and "
            "labels apart."
        )
    return ""


def _order_hint(epochs):
    """What is wrong with the order in three epochs; "" if nothing."""
    orders = [np.concatenate(epoch) for epoch in epochs]
    if all(np.array_equal(order, range(_COUNT)) for order in orders):
        return "the pictures come in the order of the list: shuffle them."
    first, second, third = ([*map(int, order)] for order in orders)
    if first == second or second == third:
        return (
            "every epoch has the same order. Does a cache stand behind the "
            "shuffle, or has the order been drawn once for all?"
        )
    together = [{frozenset(batch.tolist()) for batch in e} for e in epochs]
    if together[0] == together[1]:
        return (
            "in every epoch the same pictures share a batch: whole batches are "
            "shuffled. Shuffle pictures, then put them together."
        )
    if max(max(order - np.arange(_COUNT)) for order in orders) < _FAR:
        return (
            "the first batches always show pictures from the beginning of the "
            "list: the buffer of the shuffle is too small. How many pictures "
            "must it hold?"
        )
    return ""


def _steps(data):
    """The datasets that a dataset is made of, the last one first."""
    yield data
    for source in data._inputs():
        yield from _steps(source)


def _is_picture(spec):
    return spec.dtype.name != "string" and spec.shape.rank not in (0, 1)


def _chain_hint(data):
    """What cannot be seen from outside: what is cached, and the prefetch."""
    import tensorflow as tf

    steps = [(type(step).__name__, step) for step in _steps(data)]
    caches = [step.element_spec for name, step in steps if "Cache" in name]
    if caches and not any(
        _is_picture(spec) for spec in tf.nest.flatten(caches)
    ):
        return (
            "what you cache are paths or files' contents, so every epoch "
            "decodes them again: cache decoded pictures."
        )
    behind = takewhile(lambda name: "Batch" not in name, (n for n, _ in steps))
    if not any("Prefetch" in name for name in behind):
        return (
            "all that comes out is right. One step is missing at the end: the "
            "next batch is to be ready while the network trains. (TensorFlow "
            "adds it where it tunes a pipeline; don't count on that.)"
        )
    return ""


def _watch_batches(answer):
    """Read three epochs; the files are there in the first one only."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        try:
            data = answer(_save_pictures(folder), list(_LABELS), _SIZE, _BATCH)
        except ValueError as error:
            if "contains no shape" not in str(error):
                raise
            return (
                "`decode_image` may find a film, so it does not know its axes; "
                "with expand_animations=False it does."
            )
        hint = _kind_hint(data)
        if hint:
            return hint
        try:
            epochs = [_epoch(data)]
        except tf.errors.InvalidArgumentError as error:
            if "batch" not in str(error):
                raise
            return (
                "pictures of different sizes don't go into one batch: bring "
                "each to its size before."
            )
    hint = _picture_hint(epochs[0][0][0]) or _content_hint(epochs[0])
    if hint:
        return hint
    try:
        epochs += [_epoch(data), _epoch(data)]
    except tf.errors.OpError:
        return (
            "in the second epoch it reads the files again (we have deleted "
            "them): what keeps the decoded pictures?"
        )
    return _order_hint([_numbers(epoch) for epoch in epochs]) or _chain_hint(
        data
    )


file_batches = BehaviourExercise(
    "file_batches",
    watch=_watch_batches,
    done=f"{_COUNT} files were decoded once; each picture came once an epoch, "
    "with its label, in three different orders.",
)
