"""Answers to the exercises of notebook 14: right ones and wrong ones."""

import numpy as np
import tensorflow as tf
from PIL import Image


def expected_overlap(files, validation_split):
    validation = validation_split * files
    return validation - validation * validation_split


def epoch_seconds(batches, load, train):
    ready = free = 0  # when the batch is loaded, when the network is free
    for _ in range(batches):
        ready += load
        free = max(ready, free) + train
    return free


def class_weights(counts):
    counts = np.array(counts)
    return counts.mean() / counts


def decode(path, label):
    return tf.io.decode_png(tf.io.read_file(path), 3), label


def resized(size, scale=1 / 255):
    """Return what brings a picture to its size, and its numbers to scale."""
    return lambda picture, label: (
        tf.image.resize(picture, size) * scale,
        label,
    )


def decoded(paths, labels, size, scale=1 / 255):
    files = tf.data.Dataset.from_tensor_slices((paths, labels))
    return files.map(decode).map(resized(size, scale))


def file_batches(paths, labels, size, batch_size):
    """Two datasets, zipped; scaled behind the cache, whole batches at once."""
    pictures = tf.data.Dataset.from_tensor_slices(paths).map(
        lambda path: tf.image.resize(
            tf.io.decode_image(
                tf.io.read_file(path), channels=3, expand_animations=False
            ),
            size,
        ),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    pairs = tf.data.Dataset.zip(
        (pictures.cache(), tf.data.Dataset.from_tensor_slices(labels))
    )
    return (
        pairs.shuffle(1000, seed=3)
        .batch(batch_size)
        .prefetch(1)
        .map(lambda x, y: (tf.cast(x, "float32") / 255.0, y))
        .prefetch(tf.data.AUTOTUNE)
    )


def from_arrays(paths, labels, size, batch_size):
    """Decode everything at once, with Pillow; an option at the end."""
    pictures = [
        np.asarray(Image.open(path).resize(size[::-1]), "float32") / 255
        for path in paths
    ]
    data = tf.data.Dataset.from_tensor_slices((np.stack(pictures), labels))
    data = data.shuffle(len(paths)).batch(batch_size).prefetch(2)
    return data.with_options(tf.data.Options())


def changed(change, *, size=lambda size: size, scale=1 / 255, end=True):
    """Return a pipeline whose middle is `change(data, n, batch_size)`."""

    def pipeline(paths, labels, side, batch_size):
        data = decoded(paths, labels, size(side), scale)
        data = change(data, len(paths), batch_size)
        return data.prefetch(2) if end else data

    return pipeline


def mapped(function):
    """Return a right pipeline with one more step behind its cache."""
    return changed(lambda d, n, b: d.cache().map(function).shuffle(n).batch(b))


def bytes_cached(paths, labels, size, batch_size):
    data = tf.data.Dataset.from_tensor_slices((paths, labels))
    data = data.map(lambda p, y: (tf.io.read_file(p), y)).cache()
    data = data.map(lambda c, y: (tf.io.decode_png(c, 3), y))
    data = data.map(resized(size)).shuffle(len(paths))
    return data.batch(batch_size).prefetch(2)


def paths_only(paths, labels, size, batch_size):
    data = tf.data.Dataset.from_tensor_slices((paths, labels))
    return data.cache().shuffle(len(paths)).batch(batch_size).prefetch(2)


def no_labels(paths, labels, size, batch_size):
    data = tf.data.Dataset.from_tensor_slices(paths)
    data = data.map(lambda path: decode(path, 0)[0])
    return data.map(lambda p: resized(size)(p, 0)[0]).batch(batch_size)


def shuffled_apart(paths, labels, size, batch_size):
    order = np.random.default_rng(0).permutation(len(paths))
    data = decoded([paths[i] for i in order], labels, size)
    return data.cache().shuffle(len(paths)).batch(batch_size).prefetch(2)


def not_resized(paths, labels, size, batch_size):
    data = tf.data.Dataset.from_tensor_slices((paths, labels)).map(decode)
    return data.cache().shuffle(len(paths)).batch(batch_size).prefetch(2)


def maybe_a_film(paths, labels, size, batch_size):
    def read(path, label):
        picture = tf.io.decode_image(tf.io.read_file(path), 3)
        return tf.image.resize(picture, size) / 255, label

    return tf.data.Dataset.from_tensor_slices((paths, labels)).map(read)


def converted_and_divided(picture, label):
    picture = tf.image.convert_image_dtype(
        tf.cast(255 * picture, "uint8"), "float32"
    )
    return picture / 255, label


def padded(paths, labels, size, batch_size):
    def fit(picture, label):
        return tf.image.resize_with_pad(picture, *size) / 255, label

    data = tf.data.Dataset.from_tensor_slices((paths, labels)).map(decode)
    data = data.map(fit).cache().shuffle(len(paths))
    return data.batch(batch_size).prefetch(2)


def shuffled_list(paths, labels, size, batch_size):
    order = np.random.default_rng(0).permutation(len(paths))
    data = decoded([paths[i] for i in order], [labels[i] for i in order], size)
    return data.cache().batch(batch_size).prefetch(2)


def cannot_decode(paths, labels, size, batch_size):
    return decoded(labels, labels, size)


RIGHT = {
    "expected_overlap": expected_overlap,
    "cache_megabytes": 5 * 224**2 * 12 / 1000,
    "epoch_seconds": epoch_seconds,
    "class_weights": class_weights,
    "file_batches": file_batches,
}

ALSO_RIGHT = {"file_batches": [from_arrays]}

WRONG = {
    "expected_overlap": [
        ("validation", lambda n, s: n * s, "whole validation set"),
        ("training", lambda n, s: n * (1 - s), "whole training set"),
        ("both_validation", lambda n, s: n * s * s, "both validation sets"),
        ("share", lambda n, s: s * (1 - s), "number of files"),
        ("fifth_only", lambda n, s: 0.8 * s * n, "a fifth only"),
        ("rounded", lambda n, s: round(n * s * (1 - s)), "right, but rounded"),
        ("both_sides", lambda n, s: 2 * n * s * (1 - s), "counted twice"),
        ("squared_share", lambda n, s: n * (1 - s) ** 2, "both training sets"),
        ("share_of_files", lambda n, s: n * s * n * (1 - s), "pairs of files"),
        ("none", lambda n, s: 0, "what is the chance"),
    ],
    "cache_megabytes": [
        ("one_byte", 752.64, "takes 4 bytes"),
        ("grey", 1003.52, "3 channels"),
        ("files", 10_000, "on the disk"),
        ("not_resized", 720_000, "are resized before"),
        ("bits", 24_084.48, "32 are the bits"),
        ("bytes", 3_010_560_000, "a megabyte has 10⁶"),
        ("gigabytes", 3.01056, "those are gigabytes"),
        ("rounded", 3010, "right, but rounded"),
        ("rounded_again", 3010.6, "right, but rounded"),
        ("half_precision", 1505.28, "takes 4 bytes"),
        ("doubled", 6021.12, "8 bytes are a float64"),
        ("guess", 3000, "how many numbers is"),
    ],
    "epoch_seconds": [
        ("no_overlap", lambda n, a, b: n * a + n * b, "without prefetch"),
        ("no_ends", lambda n, a, b: max(n * a, n * b), "nearly"),
        ("training_decides", lambda n, a, b: a + n * b, "network waits"),
        ("loading_decides", lambda n, a, b: n * a + b, "wait for the network"),
        ("one_loaded", lambda n, a, b: a + n * max(a, b), "many is loaded"),
        ("one_trained", lambda n, a, b: n * max(a, b) + b, "many is trained"),
        (
            "faster",
            lambda n, a, b: a + (n - 1) * min(a, b) + b,
            "waits for the slower",
        ),
        ("one_less", lambda n, a, b: (n - 1) * max(a, b), "the two ends"),
        ("other", lambda n, a, b: n, "draw three batches"),
    ],
    "class_weights": [
        ("no_k", lambda c: sum(c) / np.array(c), "number of classes too"),
        ("inverse", lambda c: [1 / n for n in c], "counts 1 in all"),
        ("largest_is_one", lambda c: max(c) / np.array(c), "must sum to"),
        ("shares", lambda c: np.array(c) / sum(c), "the rarer a"),
        ("rest", lambda c: 1 - np.array(c) / sum(c), "but not enough"),
        (
            "sum_to_one",
            lambda c: [1 / n / sum(1 / m for m in c) for n in c],
            "sum to 1",
        ),
        (
            "sum_to_k",
            lambda c: [len(c) / n / sum(1 / m for m in c) for n in c],
            "sum to the number of classes",
        ),
        ("floor", lambda c: [sum(c) // (len(c) * n) for n in c], "whole"),
        ("k_only", lambda c: [1 / (len(c) * n) for n in c], "counts 1 / k"),
        ("equal", lambda c: [1.0] * len(c), "the same for all"),
        ("dict", lambda c: dict(enumerate(c)), "one weight for each class"),
    ],
    "file_batches": [
        ("calls_itself", [1, 2], "hand over the function"),
        ("no_return", lambda *a: print(end=""), "is `return` missing"),
        ("array", lambda p, y, size, b: np.zeros((8, *size, 3)), "ndarray"),
        ("generator", lambda *a: (i for i in a), "not a generator"),
        ("no_labels", no_labels, "must be a pair"),
        ("paths", paths_only, "decoded"),
        (
            "no_batch",
            changed(lambda d, n, b: d.cache().shuffle(n)),
            "together in batches",
        ),
        ("not_resized", not_resized, "different sizes"),
        ("film", maybe_a_film, "expand_animations=False"),
        (
            "sides",
            changed(
                lambda d, n, b: d.cache().shuffle(n).batch(b),
                size=lambda side: side[::-1],
            ),
            "height, then width",
        ),
        (
            "other_size",
            changed(
                lambda d, n, b: d.cache().shuffle(n).batch(b),
                size=lambda side: (16, 16),
            ),
            "your pictures are 16×16",
        ),
        ("grey", mapped(lambda x, y: (x[..., :1], y)), "yours have 1"),
        (
            "whole",
            mapped(lambda x, y: (tf.cast(255 * x, "uint8"), y)),
            "yours are uint8",
        ),
        (
            "not_scaled",
            changed(lambda d, n, b: d.cache().shuffle(n).batch(b), scale=1),
            "yours go up to 2",
        ),
        ("minus_one", mapped(lambda x, y: (2 * x - 1, y)), "go down to -"),
        ("scaled_twice", mapped(converted_and_divided), "scaled twice"),
        ("padded", padded, "adds nothing"),
        ("bgr", mapped(lambda x, y: (x[..., ::-1], y)), "the colours"),
        (
            "fixed_batch",
            changed(lambda d, n, b: d.cache().shuffle(n).batch(32)),
            "your batches have 32",
        ),
        (
            "endless",
            changed(lambda d, n, b: d.cache().shuffle(n).repeat().batch(b)),
            "yours goes on",
        ),
        (
            "dropped",
            changed(
                lambda d, n, b: d.cache().shuffle(n).batch(b, True),
            ),
            "the last 3 of 83",
        ),
        (
            "some",
            changed(lambda d, n, b: d.take(40).cache().shuffle(n).batch(b)),
            "here come 40",
        ),
        (
            "one_hot",
            mapped(lambda x, y: (x, tf.one_hot(y, 7))),
            "the shape (8, 7)",
        ),
        ("shuffled_apart", shuffled_apart, "others' labels"),
        (
            "no_shuffle",
            changed(lambda d, n, b: d.cache().batch(b)),
            "order of the list",
        ),
        (
            "cache_behind",
            changed(lambda d, n, b: d.shuffle(n).cache().batch(b)),
            "behind the shuffle",
        ),
        (
            "cache_at_end",
            changed(lambda d, n, b: d.shuffle(n).batch(b).cache()),
            "behind the shuffle",
        ),
        (
            "one_order",
            changed(
                lambda d, n, b: (
                    d.cache()
                    .shuffle(n, reshuffle_each_iteration=False)
                    .batch(b)
                )
            ),
            "drawn once for all",
        ),
        ("shuffled_list", shuffled_list, "drawn once for all"),
        (
            "whole_batches",
            changed(lambda d, n, b: d.cache().batch(b).shuffle(n)),
            "whole batches",
        ),
        (
            "small_buffer",
            changed(lambda d, n, b: d.cache().shuffle(b).batch(b)),
            "buffer of the shuffle",
        ),
        (
            "no_cache",
            changed(lambda d, n, b: d.shuffle(n).batch(b)),
            "reads the files again",
        ),
        ("bytes_cached", bytes_cached, "cache decoded pictures"),
        (
            "no_prefetch",
            changed(lambda d, n, b: d.cache().shuffle(n).batch(b), end=False),
            "missing at the end",
        ),
        (
            "prefetch_before",
            changed(
                lambda d, n, b: d.cache().shuffle(n).prefetch(2).batch(b),
                end=False,
            ),
            "missing at the end",
        ),
        ("raises", cannot_decode, "the call stops in line"),
    ],
}
