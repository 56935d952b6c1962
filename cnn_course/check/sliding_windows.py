"""The exercises of notebook 18, sliding windows."""

import numpy as np

from cnn_course.check.behaviour import NO_RETURN, BehaviourExercise
from cnn_course.check.judge import FunctionExercise


def _along(side, size, stride):
    return (side - size) // stride + 1


count_windows = FunctionExercise(
    "count_windows",
    right=lambda height, width, size, stride: (
        _along(height, size, stride) * _along(width, size, stride)
    ),
    cases=(
        (64, 64, 14, 2),
        (16, 16, 14, 2),
        (17, 23, 14, 2),
        (480, 640, 25, 4),
        (25, 25, 25, 4),
    ),
    mistakes=(
        (
            lambda height, width, size, stride: (
                _along(height, size, stride) ** 2
            ),
            "the picture need not be square: count rows and columns apart.",
        ),
        (
            lambda height, width, size, stride: (
                _along(height, size, stride) + _along(width, size, stride)
            ),
            "each row has all columns: multiply.",
        ),
        (
            lambda height, width, size, stride: (
                ((height - size) // stride) * ((width - size) // stride)
            ),
            "those are the steps; the window at the start counts too.",
        ),
        (
            lambda height, width, size, stride: (
                (height // stride) * (width // stride)
            ),
            "a window must lie within the picture: its size matters.",
        ),
        (
            lambda height, width, size, stride: (
                ((height - size) / stride + 1) * ((width - size) / stride + 1)
            ),
            "a part of a step is none: round down with //.",
        ),
        (
            lambda height, width, size, stride: (
                (height - size + 1) * (width - size + 1)
            ),
            "that is a stride of 1.",
        ),
        (
            lambda height, width, size, stride: (
                (height // size) * (width // size)
            ),
            "those are windows side by side: they lie stride pixels apart.",
        ),
        (
            lambda height, width, size, stride: (
                (1 - (size - height) // stride) * (1 - (size - width) // stride)
            ),
            "a part of a step is none: round down.",
        ),
        (
            lambda height, width, size, stride: (
                ((height - size + 1) // stride) * ((width - size + 1) // stride)
            ),
            "the steps are (side − size) // stride, and the window at the "
            "start is one more: add 1 at the end.",
        ),
        (
            lambda height, width, size, stride: (
                round((height - size) / stride + 1)
                * round((width - size) / stride + 1)
            ),
            "a part of a step is none: round down with //.",
        ),
        (
            lambda height, width, size, stride: (
                _along(height, size, stride),
                _along(width, size, stride),
            ),
            "those are rows and columns; how many windows are they?",
        ),
        (
            lambda height, width, size, stride: (
                (height // stride + 1) * (width // stride + 1)
            ),
            "a window must lie within the picture: its size matters.",
        ),
        (
            lambda height, width, size, stride: (
                height * width // (stride * stride)
            ),
            "a window must lie within the picture: its size matters.",
        ),
        (
            lambda height, width, size, stride: (
                (height - size) * (width - size) // stride**2 + 1
            ),
            "count along each side first, its start too; then multiply.",
        ),
    ),
    hint="how many steps fit along one side, until the window meets the end?",
)


def _steps(height, width, channels, units):
    """Weights of a dense layer that can be told apart."""
    count = height * width * channels * units
    return np.arange(count, dtype=float).reshape(-1, units)


dense_to_kernel = FunctionExercise(
    "dense_to_kernel",
    right=lambda weights, height, width: weights.reshape(
        height, width, -1, weights.shape[1]
    ),
    cases=(
        (_steps(2, 2, 1, 3), 2, 2),
        (_steps(2, 3, 2, 2), 2, 3),
        (_steps(1, 1, 4, 2), 1, 1),
        (_steps(3, 1, 2, 1), 3, 1),
    ),
    mistakes=(
        (
            lambda weights, height, width: weights.reshape(
                -1, height, width, weights.shape[1]
            ),
            "Flatten takes the channels of one pixel first, then the next "
            "pixel: the channels come after height and width.",
        ),
        (
            lambda weights, height, width: weights.reshape(
                width, height, -1, weights.shape[1]
            ),
            "Flatten goes row by row: height comes before width.",
        ),
        (
            lambda weights, height, width: weights.T.reshape(
                height, width, -1, weights.shape[1]
            ),
            "no transposing: the units are last in both.",
        ),
        (
            lambda weights, height, width: weights.T.reshape(
                weights.shape[1], height, width, -1
            ),
            "Keras wants a kernel as (height, width, channels, filters).",
        ),
        (
            lambda weights, height, width: weights.reshape(height, width, -1),
            "channels and units have one axis together; give each its own.",
        ),
        (
            lambda weights, height, width: weights.reshape(
                height, width, -1, weights.shape[1]
            )[::-1, ::-1],
            "don't flip it: Keras's convolution lays the kernel on as it is "
            "(notebook 01).",
        ),
        (
            lambda weights, height, width: weights.reshape(
                height, width, weights.shape[1], -1
            ),
            "channels come before units: Keras wants a kernel as (height, "
            "width, channels, filters).",
        ),
        (
            lambda weights, height, width: weights.reshape(
                -1, width, height, weights.shape[1]
            ).transpose(2, 1, 0, 3),
            "Flatten takes the channels of one pixel first, then the next "
            "pixel: the channels come after height and width.",
        ),
        (
            lambda weights, height, width: weights.reshape(
                -1, height, width, weights.shape[1]
            ).transpose(1, 2, 0, 3),
            "Flatten takes the channels of one pixel first, then the next "
            "pixel: the channels come after height and width.",
        ),
        (
            lambda weights, height, width: weights.reshape(
                1, 1, *weights.shape
            ),
            "that is a kernel of 1×1 on a map with all numbers as channels; "
            "the kernel is as large as the map.",
        ),
        (
            lambda weights, height, width: weights.reshape(
                height, width, weights.shape[1]
            ),
            "there are channels, too: four axes.",
        ),
    ),
    hint="four axes are asked for: height, width, channels, units. In which "
    "order does Flatten put the numbers of a map?",
)


def _box(row, column, size, stride, scale):
    x, y = stride * column, stride * row
    return tuple(value / scale for value in (x, y, x + size, y + size))


window_in_photo = FunctionExercise(
    "window_in_photo",
    right=_box,
    cases=(
        (0, 3, 25, 4, 0.5),
        (2, 0, 25, 4, 0.5),
        (5, 7, 14, 2, 1.0),
        (1, 1, 25, 4, 0.25),
        (2, 5, 25, 4, 0.7),  # places between pixels
    ),
    mistakes=(
        (
            lambda row, column, size, stride, scale: tuple(
                round(value) for value in _box(row, column, size, stride, scale)
            ),
            "right, but rounded: edges may lie between pixels.",
        ),
        (
            lambda row, column, size, stride, scale: tuple(
                int(value) for value in _box(row, column, size, stride, scale)
            ),
            "right, but cut down to whole pixels: edges may lie between them.",
        ),
        (
            lambda row, column, size, stride, scale: tuple(
                value / scale
                for value in _box(row, column, size - 1, stride, 1)
            ),
            "edges are asked for: a window of size pixels ends size further "
            "on, not size − 1.",
        ),
        (
            lambda row, column, size, stride, scale: tuple(
                np.array(_box(row, column, size, stride, scale))[[0, 2, 1, 3]]
            ),
            "the order is x_min, y_min, x_max, y_max.",
        ),
        (
            lambda row, column, size, stride, scale: tuple(
                np.subtract(
                    _box(row, column, size, stride, scale), size / 2 / scale
                )
            ),
            "row and column give the window's corner, not its centre.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                column, row, size, stride, scale
            ),
            "the column says how far to the right it is: it gives x.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                row, column, size, stride, 1
            ),
            "that is the box in the small copy; divide by the scale.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                row, column, size, stride, 1 / scale
            ),
            "the photograph is larger than its copy: divide by the scale.",
        ),
        (
            lambda row, column, size, stride, scale: (
                *_box(row, column, size, stride, scale)[:2],
                stride * column / scale + size,
                stride * row / scale + size,
            ),
            "the window itself covers more of the photograph, too.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                row, column, size, 1, scale
            ),
            "windows lie stride pixels apart.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                row, column, size, size, scale
            ),
            "windows lie stride pixels apart, not their own size.",
        ),
        (
            lambda row, column, size, stride, scale: (
                *_box(row, column, size, stride, scale)[:2],
                size / scale,
                size / scale,
            ),
            "x_max and y_max are asked for, not width and height.",
        ),
    ),
    hint="first in the small copy: where does this window begin and end, along "
    "x and along y? Then: where is that in the photograph?",
)


def _sorted(places, logits):
    """Places, the highest logit first."""
    return places[np.argsort(-logits[places], kind="stable")]


def _hard(logits, has_face, most):
    return _sorted(np.flatnonzero((logits > 0) & ~has_face), logits)[:most]


_LOGITS = np.array([-3.0, 2.5, 0.5, 4.0, -0.1, 1.5, 3.0, 0.2])
_FACES = np.array([0, 0, 0, 1, 1, 0, 0, 1], bool)

hard_negatives = FunctionExercise(
    "hard_negatives",
    right=_hard,
    cases=(
        (_LOGITS, _FACES, 2),
        (_LOGITS, _FACES, 20),
        (-_LOGITS, _FACES, 3),
        (np.array([-1.0, -2.0]), np.array([False, False]), 3),
    ),
    mistakes=(
        (
            lambda logits, has_face, most: np.argsort(
                -np.where(has_face, -np.inf, logits), kind="stable"
            )[: min(most, int((~has_face).sum()))],
            "a negative logit says 'no face', and is right: those are easy.",
        ),
        (
            lambda logits, has_face, most: _hard(
                logits, np.zeros_like(has_face), most
            ),
            "a window with a face that fires is no mistake.",
        ),
        (
            lambda logits, has_face, most: _sorted(
                np.flatnonzero((logits > 0) & ~has_face)[:most], logits
            ),
            "the order is right, but it was cut before: the first ones found "
            "are not the hardest. Sort all, then cut.",
        ),
        (
            lambda logits, has_face, most: np.flatnonzero(
                (logits > 0) & ~has_face
            )[:most],
            "put the hardest first: the highest logit.",
        ),
        (
            lambda logits, has_face, most: _hard(
                np.where(logits > 0.5, logits, -1), has_face, most
            ),
            "0 is the border, not 0.5: these are logits, no probabilities.",
        ),
        (
            lambda logits, has_face, most: _sorted(
                np.flatnonzero(logits[~has_face] > 0), logits[~has_face]
            )[:most],
            "those are places among the windows without a face; the place "
            "among all windows is asked for.",
        ),
        (
            lambda logits, has_face, most: np.argsort(
                -logits[(logits > 0) & ~has_face], kind="stable"
            )[:most],
            "argsort gives places in the shorter array of false alarms; the "
            "place among all windows is asked for.",
        ),
        (
            lambda logits, has_face, most: np.flatnonzero(
                (logits < 0) & has_face
            )[:most],
            "those are faces that were missed; a false alarm fires where there "
            "is none.",
        ),
        (
            lambda logits, has_face, most: np.sort(
                _hard(logits, has_face, most)
            ),
            "the right ones; now the hardest first.",
        ),
        (
            lambda logits, has_face, most: (logits > 0) & ~has_face,
            "that says of each window whether it is one; the places are asked "
            "for, as np.flatnonzero gives them.",
        ),
        (
            lambda logits, has_face, most: _hard(logits, has_face, len(logits))[
                ::-1
            ][:most],
            "the highest logit is the hardest.",
        ),
        (
            lambda logits, has_face, most: _hard(logits, ~has_face, most),
            "those are the windows with a face.",
        ),
        (
            lambda logits, has_face, most: logits[
                _hard(logits, has_face, most)
            ],
            "those are the logits; the places are asked for.",
        ),
        (
            lambda logits, has_face, most: _hard(logits, has_face, len(logits)),
            "at most that many are asked for.",
        ),
    ),
    hint="which windows are false alarms, which of them does the network "
    "believe in most, and how many may be returned?",
)


# --- A dense layer as a convolution, judged by what both say ------------------

_MAPS = ((2, 3, 4), (1, 1, 6), (3, 2, 1))  # height, width, channels


def _dense(shape, units, activation):
    """A dense layer behind the `Flatten` of a map."""
    import keras

    layer = keras.layers.Dense(units, activation=activation)
    layer.build((None, int(np.prod(shape))))
    rng = np.random.default_rng(units)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    return layer


def _convolution(dense, shape, arrange, bias=True, activation=None):
    """The convolution that a dense layer is, or nearly is."""
    import keras

    weights, biases = dense.get_weights()
    height, width, _ = shape
    layer = keras.layers.Conv2D(
        dense.units, (height, width), activation=activation or dense.activation
    )
    layer.build((None, *shape))
    layer.set_weights([arrange(weights, shape), biases * bias])
    return layer


def _in_order(weights, shape):
    return weights.reshape(*shape, -1)


def _channels_first(weights, shape):
    height, width, channels = shape
    moved = weights.reshape(channels, height, width, -1)
    return moved.transpose(1, 2, 0, 3)


def _columns_first(weights, shape):
    height, width, channels = shape
    moved = weights.reshape(width, height, channels, -1)
    return moved.transpose(1, 0, 2, 3)


def _flipped(weights, shape):
    return _in_order(weights, shape)[::-1, ::-1]


_NEARLY = (
    (
        {"arrange": _in_order, "activation": "linear"},
        "the sums are right, but the dense layer's activation function is "
        "missing.",
    ),
    ({"arrange": _in_order, "bias": False}, "the bias is missing."),
    (
        {"arrange": _channels_first},
        "Flatten takes the channels of one pixel first, then the next pixel: "
        "in which order must the weights be reshaped?",
    ),
    ({"arrange": _columns_first}, "Flatten goes through a map row by row."),
    (
        {"arrange": _flipped},
        "don't flip the kernel: Keras lays it on as it is (notebook 01).",
    ),
)


def _layer_hint(layer):
    """What is wrong with what was returned; "" if nothing."""
    import keras

    if layer is None:
        return NO_RETURN
    if isinstance(layer, keras.layers.Dense):
        return "that is a dense layer still; a convolution is asked for."
    if not isinstance(layer, keras.Layer):
        return (
            f"a layer is asked for, one that can be called on maps, not a "
            f"{type(layer).__name__}."
        )
    return ""


def _same_answer_hint(layer, dense, shape):
    """Compare with the dense layer on a map of its size; "" if equal."""
    rng = np.random.default_rng(1)
    maps = rng.normal(size=(2, *shape)).astype("float32")
    right = np.asarray(dense(maps.reshape(2, -1)))
    got = np.asarray(layer(maps))
    if got.shape == right.shape:
        return "the axes of the map are gone, so it can't slide: no Flatten."
    if got.shape[-1] != dense.units:
        return f"one filter for each of {dense.units} units; got {got.shape}."
    if got.shape != (2, 1, 1, dense.units):
        return (
            f"on a map of {shape[0]}×{shape[1]}, as the dense layer has it, it "
            f"gives {got.shape[1]}×{got.shape[2]} places; there is room for "
            "one, if the kernel is as large as the map and nothing pads."
        )
    if np.allclose(got[:, 0, 0], right, atol=1e-4):
        return ""
    for how, hint in _NEARLY:
        wrong = np.asarray(_convolution(dense, shape, **how)(maps))
        if np.allclose(got, wrong, atol=1e-4):
            return hint
    return (
        "it gives other numbers than the dense layer. Has it got that one's "
        "weights, after it was built?"
    )


def _watch_convolution(answer):
    """Put three dense layers to use, on maps of their size and on larger."""
    for shape, activation in zip(
        _MAPS, ("relu", "softmax", "tanh"), strict=True
    ):
        dense = _dense(shape, 5, activation)
        weights = dense.get_weights()
        layer = answer(dense, shape)
        if not all(map(np.array_equal, dense.get_weights(), weights)):
            return "the dense layer itself has been changed."
        hint = _layer_hint(layer) or _same_answer_hint(layer, dense, shape)
        if hint:
            return hint
        height, width, channels = shape
        large = np.random.default_rng(2).normal(
            size=(1, height + 2, width + 3, channels)
        )
        got = np.asarray(layer(large.astype("float32")))
        if got.shape[1:3] != (3, 4):
            return (
                f"right on a map of its size; but on one of {height + 2}×"
                f"{width + 3} a kernel of {height}×{width} has 3×4 places, "
                f"not {got.shape[1]}×{got.shape[2]}. How far does it move?"
            )
        window = large[:, 2:, 3:].reshape(1, -1)
        if not np.allclose(got[:, 2, 3], dense(window), atol=1e-4):
            return "on a larger map it differs from the dense layer."
    return ""


dense_to_convolution = BehaviourExercise(
    "dense_to_convolution",
    watch=_watch_convolution,
    done=f"{len(_MAPS)} dense layers and their convolutions say the same, and "
    "on a larger map each window gets its answer.",
    by_hand=("cnn_course.detection.sliding.",),
)
