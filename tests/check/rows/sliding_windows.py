"""Answers to the exercises of notebook 18: right ones and wrong ones."""

import numpy as np
from keras import Sequential, layers

from cnn_course.detection.sliding import to_convolutions


def count_windows(height, width, size, stride):
    rows = len(range(0, height - size + 1, stride))
    return rows * len(range(0, width - size + 1, stride))


def dense_to_kernel(weights, height, width):
    pixels, units = weights.shape
    channels = pixels // (height * width)
    return np.reshape(weights, (height, width, channels, units))


def window_in_photo(row, column, size, stride, scale):
    corner = np.array([column, row]) * stride
    return np.concatenate([corner, corner + size]) / scale


def hard_negatives(logits, has_face, most):
    falling = np.argsort(-logits)
    return [i for i in falling if logits[i] > 0 and not has_face[i]][:most]


def last_window_missing(height, width, size, stride):
    return ((height - size) // stride) * ((width - size) // stride)


def built(
    dense, shape, arrange=lambda w, shape: w.reshape(*shape, -1), **other
):
    """A convolution with a dense layer's weights, arranged so."""
    options = {
        "filters": dense.units,
        "kernel_size": shape[:2],
        "activation": dense.activation,
    }
    layer = layers.Conv2D(**{**options, **other})
    layer.build((None, None, None, shape[2]))
    weights, bias = dense.get_weights()
    layer.set_weights([arrange(weights, shape), bias])
    return layer


def dense_to_convolution(dense, shape):
    """Built by a call, and the activation a layer of its own."""
    convolution = layers.Conv2D(dense.units, shape[:2])
    convolution(np.zeros((1, *shape)))
    convolution.kernel.assign(np.reshape(dense.kernel, (*shape, dense.units)))
    convolution.bias.assign(dense.bias)
    return Sequential([convolution, layers.Activation(dense.activation)])


def no_bias(dense, shape):
    layer = built(dense, shape)
    layer.bias.assign(0 * layer.bias)
    return layer


def random_weights(dense, shape):
    return layers.Conv2D(dense.units, shape[:2], activation=dense.activation)


def kernel_alone(dense, shape):
    return dense.get_weights()[0].reshape(*shape, -1)


def flatten_and_dense(dense, shape):
    return Sequential([layers.Flatten(), dense])


def one_by_one(dense, shape):
    return layers.Conv2D(dense.units, 1, activation=dense.activation)


def changed_dense(dense, shape):
    layer = built(dense, shape)
    dense.set_weights([0 * weight for weight in dense.get_weights()])
    return layer


def moves_by_its_size(dense, shape):
    return built(dense, shape, strides=shape[:2] if shape[0] > 1 else 2)


def channels_first(weights, shape):
    return np.moveaxis(weights.reshape(shape[2], *shape[:2], -1), 0, 2)


def columns_first(weights, shape):
    height, width, channels = shape
    return np.swapaxes(weights.reshape(width, height, channels, -1), 0, 1)


def by_the_package(dense, shape):
    model = Sequential([layers.Input(shape), layers.Flatten()])
    copy = layers.Dense(dense.units, activation=dense.activation)
    model.add(copy)
    copy.set_weights(dense.get_weights())
    return to_convolutions(model)


RIGHT = {
    "count_windows": count_windows,
    "dense_to_convolution": dense_to_convolution,
    "dense_to_kernel": dense_to_kernel,
    "window_in_photo": window_in_photo,
    "hard_negatives": hard_negatives,
}

ALSO_RIGHT = {"dense_to_convolution": [built]}

WRONG = {
    "count_windows": [
        (
            "square",
            lambda height, width, size, stride: (
                ((height - size) // stride + 1) ** 2
            ),
            "need not be square",
        ),
        ("steps", last_window_missing, "at the start counts too"),
        (
            "every_pixel",
            lambda height, width, size, stride: count_windows(
                height, width, size, 1
            ),
            "stride of 1",
        ),
        (
            "not_rounded",
            lambda height, width, size, stride: (
                ((height - size) / stride + 1) * ((width - size) / stride + 1)
            ),
            "round down",
        ),
        (
            "added",
            lambda height, width, size, stride: (
                (height - size) // stride + 1 + (width - size) // stride + 1
            ),
            "multiply",
        ),
        (
            "size_ignored",
            lambda height, width, size, stride: (
                (height // stride) * (width // stride)
            ),
            "its size matters",
        ),
        (
            "other",
            lambda height, width, size, stride: height * width,
            "fit along one side",
        ),
        (
            "side_by_side",
            lambda height, width, size, stride: (
                (height // size) * (width // size)
            ),
            "stride pixels apart",
        ),
        (
            "rounded_up",
            lambda height, width, size, stride: (
                (-(-(height - size) // stride) + 1)
                * (-(-(width - size) // stride) + 1)
            ),
            "round down",
        ),
        (
            "one_inside",
            lambda height, width, size, stride: (
                ((height - size + 1) // stride) * ((width - size + 1) // stride)
            ),
            "add 1 at the end",
        ),
        (
            "both",
            lambda height, width, size, stride: [
                (side - size) // stride + 1 for side in (height, width)
            ],
            "how many windows are they",
        ),
    ],
    "dense_to_convolution": [
        ("called", 1, "hand over the function"),
        ("no_return", lambda dense, shape: None if shape else 0, "is `return`"),
        ("dense", lambda dense, shape: dense, "a dense layer still"),
        ("kernel", kernel_alone, "not a ndarray"),
        ("flatten", flatten_and_dense, "no Flatten"),
        (
            "filters",
            lambda dense, shape: layers.Conv2D(shape[2], shape[:2]),
            "one filter for each of 5 units",
        ),
        ("one_by_one", one_by_one, "room for one"),
        (
            "padded",
            lambda dense, shape: built(dense, shape, padding="same"),
            "nothing pads",
        ),
        (
            "no_activation",
            lambda dense, shape: built(dense, shape, activation=None),
            "activation function is",
        ),
        ("no_bias", no_bias, "the bias is missing"),
        (
            "channels_first",
            lambda dense, shape: built(dense, shape, channels_first),
            "channels of one pixel first",
        ),
        (
            "columns_first",
            lambda dense, shape: built(dense, shape, columns_first),
            "row by row",
        ),
        (
            "flipped",
            lambda dense, shape: built(
                dense, shape, lambda w, s: w.reshape(*s, -1)[::-1, ::-1]
            ),
            "flip the kernel",
        ),
        ("random", random_weights, "that one's weights"),
        ("strides", moves_by_its_size, "How far does it move"),
        ("changed", changed_dense, "itself has been changed"),
        ("package", by_the_package, "to_convolutions is the package's own"),
        (
            "shape",
            lambda dense, shape: built(
                dense, shape, lambda w, s: w.reshape(-1, *s[:2], 5)
            ),
            "with ValueError",
        ),
    ],
    "dense_to_kernel": [
        (
            "channels_first",
            lambda weights, height, width: weights.reshape(
                -1, height, width, weights.shape[1]
            ),
            "after height and width",
        ),
        (
            "sides_swapped",
            lambda weights, height, width: dense_to_kernel(
                weights, width, height
            ),
            "height comes before width",
        ),
        (
            "transposed",
            lambda weights, height, width: weights.T.reshape(
                height, width, -1, weights.shape[1]
            ),
            "no transposing",
        ),
        (
            "units_first",
            lambda weights, height, width: weights.T.reshape(
                weights.shape[1], height, width, -1
            ),
            "(height, width, channels, filters)",
        ),
        (
            "one_axis",
            lambda weights, height, width: weights.reshape(height, width, -1),
            "give each its own",
        ),
        (
            "other",
            lambda weights, height, width: weights,
            "does Flatten put the numbers",
        ),
        (
            "flipped",
            lambda weights, height, width: dense_to_kernel(
                weights, height, width
            )[::-1, ::-1],
            "don't flip it",
        ),
        (
            "channels_moved",
            lambda weights, height, width: np.moveaxis(
                weights.reshape(-1, height, width, weights.shape[1]), 0, 2
            ),
            "channels of one pixel first",
        ),
        (
            "units_before",
            lambda weights, height, width: weights.reshape(
                height, width, weights.shape[1], -1
            ),
            "channels come before units",
        ),
        (
            "no_channels",
            lambda weights, height, width: weights.reshape(
                height, width, weights.shape[1]
            ),
            "there are channels, too",
        ),
    ],
    "window_in_photo": [
        (
            "swapped",
            lambda row, column, size, stride, scale: window_in_photo(
                column, row, size, stride, scale
            ),
            "it gives x",
        ),
        (
            "in_copy",
            lambda row, column, size, stride, scale: window_in_photo(
                row, column, size, stride, 1
            ),
            "in the small copy",
        ),
        (
            "times",
            lambda row, column, size, stride, scale: (
                window_in_photo(row, column, size, stride, 1) * scale
            ),
            "divide by the scale",
        ),
        (
            "small_window",
            lambda row, column, size, stride, scale: np.add(
                [0, 0, size, size],
                np.tile(np.array([column, row]) * stride / scale, 2),
            ),
            "covers more of the photograph",
        ),
        (
            "without_stride",
            lambda row, column, size, stride, scale: window_in_photo(
                row, column, size, 1, scale
            ),
            "stride pixels apart",
        ),
        (
            "side_by_side",
            lambda row, column, size, stride, scale: window_in_photo(
                row, column, size, size, scale
            ),
            "not their own size",
        ),
        (
            "width",
            lambda row, column, size, stride, scale: (
                stride * column / scale,
                stride * row / scale,
                size / scale,
                size / scale,
            ),
            "not width and height",
        ),
        (
            "other",
            lambda row, column, size, stride, scale: (0, 0, size, size),
            "first in the small copy",
        ),
        (
            "rounded",
            lambda row, column, size, stride, scale: np.rint(
                window_in_photo(row, column, size, stride, scale)
            ),
            "right, but rounded",
        ),
        (
            "cut_down",
            lambda row, column, size, stride, scale: (
                window_in_photo(row, column, size, stride, 1) // scale
            ),
            "cut down to whole",
        ),
        (
            "last_pixel",
            lambda row, column, size, stride, scale: (
                window_in_photo(row, column, size, stride, scale)
                - np.array([0, 0, 1, 1]) / scale
            ),
            "not size − 1",
        ),
        (
            "order",
            lambda row, column, size, stride, scale: window_in_photo(
                row, column, size, stride, scale
            )[[0, 2, 1, 3]],
            "the order is",
        ),
    ],
    "hard_negatives": [
        (
            "easy_too",
            lambda logits, has_face, most: [
                i for i in np.argsort(-logits) if not has_face[i]
            ][:most],
            "those are easy",
        ),
        (
            "faces_too",
            lambda logits, has_face, most: [
                i for i in np.argsort(-logits) if logits[i] > 0
            ][:most],
            "is no mistake",
        ),
        (
            "unsorted",
            lambda logits, has_face, most: np.flatnonzero(
                (logits > 0) & ~has_face
            )[:most],
            "put the hardest first",
        ),
        (
            "easiest_first",
            lambda logits, has_face, most: hard_negatives(logits, has_face, 99)[
                ::-1
            ][:most],
            "highest logit is the hardest",
        ),
        (
            "faces_only",
            lambda logits, has_face, most: hard_negatives(
                logits, ~has_face, most
            ),
            "windows with a face",
        ),
        (
            "logits",
            lambda logits, has_face, most: [
                logits[i] for i in hard_negatives(logits, has_face, most)
            ],
            "the places are asked for",
        ),
        (
            "all",
            lambda logits, has_face, most: hard_negatives(logits, has_face, 99),
            "at most that many",
        ),
        (
            "other",
            lambda logits, has_face, most: np.zeros(0, int),
            "Which windows are false alarms",
        ),
        (
            "cut_first",
            lambda logits, has_face, most: sorted(
                np.flatnonzero((logits > 0) & ~has_face)[:most],
                key=lambda i: -logits[i],
            ),
            "Sort all, then cut",
        ),
        (
            "half",
            lambda logits, has_face, most: [
                i
                for i in hard_negatives(logits, has_face, most)
                if logits[i] > 0.5
            ],
            "0 is the border",
        ),
        (
            "among_negatives",
            lambda logits, has_face, most: [
                i
                for i in np.argsort(-logits[~has_face])
                if logits[~has_face][i] > 0
            ][:most],
            "among all windows",
        ),
        (
            "missed",
            lambda logits, has_face, most: np.flatnonzero(
                (logits < 0) & has_face
            )[:most],
            "faces that were missed",
        ),
        (
            "mask",
            lambda logits, has_face, most: (logits > 0) & ~has_face,
            "np.flatnonzero gives them",
        ),
    ],
}
