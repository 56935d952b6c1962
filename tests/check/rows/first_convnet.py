"""Answers to the exercises of notebook 06: right ones and wrong ones."""

import keras
import numpy as np
from keras import layers

from cnn_course import datasets


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_overflows(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_of_the_batch(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def softmax_of_columns(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=0)


def max_pool_backward_with(share):
    """A learner's loops, with the gradient of one window put in."""

    def max_pool_backward(dy, x):
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(dy.shape):
            rows, columns = slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2)
            dx[rows, columns] = share(x[rows, columns], dy[i, j])
        return dx

    return max_pool_backward


def max_pool_backward_at(place):
    """A learner's loops that write dy at a place of their own."""

    def max_pool_backward(dy, x):
        dx = np.zeros(x.shape)
        for i in range(dy.shape[0]):
            for j in range(dy.shape[1]):
                window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                row, column = np.unravel_index(window.argmax(), (2, 2))
                dx[place(i, j, row, column)] = dy[i, j]
        return dx

    return max_pool_backward


def to_the_winner(window, gradient):
    share = np.zeros((2, 2))
    share[np.unravel_index(window.argmax(), (2, 2))] = gradient
    return share


def to_the_loser(window, gradient):
    return to_the_winner(-window, gradient)


class Nearest(layers.Layer):
    """Give each picture the answer of the known picture that is most alike."""

    def __init__(self, pictures, answers):
        super().__init__()
        self.known = pictures.reshape(len(pictures), -1).astype("float32")
        self.answers = np.eye(10, dtype="float32")[answers]

    def call(self, x):
        x = keras.ops.reshape(x, (-1, self.known.shape[1]))
        lengths = (self.known**2).sum(axis=1)
        apart = lengths - 2 * keras.ops.matmul(x, self.known.T)
        return keras.ops.take(self.answers, keras.ops.argmin(apart, axis=1), 0)


def reader(*stack, shape=(28, 28, 1)):
    return keras.Sequential([keras.Input(shape), *stack])


def knows(pictures, answers):
    """Make a reader that has the answers instead of having learned."""
    return reader(Nearest(pictures, answers))


TRAIN, TEST = (
    datasets.load("mnist_5k", s, full=False) for s in ("train", "test")
)
FOUR_PERCENT_WRONG = np.where(
    np.arange(len(TEST.labels)) % 25, TEST.labels, 9 - TEST.labels
)


def blown_up():
    model = reader(layers.Flatten(), layers.Dense(10))
    model.set_weights([w * np.nan for w in model.get_weights()])
    return model


RIGHT = {
    "digit_reader": knows(TEST.images, TEST.labels),
    "flattened": 800,
    "leaky_relu_gradient": lambda x, slope: (x > 0) + slope * (x <= 0),
    "softmax": softmax,
    "max_pool_backward": max_pool_backward_with(to_the_winner),
}


WRONG = {
    "digit_reader": [
        ("function", lambda: RIGHT["digit_reader"], "this is a function"),
        ("history", keras.callbacks.History(), "this is a History"),
        (
            "32_pixels",
            reader(layers.Flatten(), layers.Dense(9), shape=(32, 32, 1)),
            "Its input is (None, 32, 32, 1)",
        ),
        (
            "rows_of_numbers",
            reader(layers.Dense(10), shape=(784,)),
            "it must take pictures of the shape (28, 28, 1)",
        ),
        (
            "one_number",
            reader(layers.Flatten(), layers.Dense(1)),
            "yours gives (2, 1)",
        ),
        (
            "no_flatten",
            reader(layers.Conv2D(10, 3)),
            "yours gives (2, 26, 26, 10)",
        ),
        (
            "too_large",
            reader(
                layers.Conv2D(4, 3),
                layers.Flatten(),
                layers.Dense(10, name="last"),
            ),
            "27,050 of them are in 'last'",
        ),
        (
            "untrained",
            reader(layers.Flatten(), layers.Dense(10)),
            "was it trained?",
        ),
        ("nan", blown_up(), "a smaller learning rate"),
        (
            "pixels_to_1",
            knows(TEST.images / 255, TEST.labels),
            "layers.Rescaling(1 / 255)",
        ),
        (
            "by_heart",
            knows(
                np.concatenate([TRAIN.images, TEST.images]),
                np.concatenate([TRAIN.labels, FOUR_PERCENT_WRONG]),
            ),
            "RandomTranslation",
        ),
        (
            "trained_too_short",
            knows(TEST.images, FOUR_PERCENT_WRONG),
            "train for longer",
        ),
    ],
    "flattened": [
        ("one_channel", 25, "32 channels"),
        ("rounds_up", 6 * 6 * 32, "round down"),
        ("same", 7 * 7 * 32, "takes off 2 pixels"),
        ("one_pool", 11 * 11 * 32, "halves the side once more"),
        ("channels_in", 5 * 5 * 16 * 32, "sums over its 16 input channels"),
        ("no_pool", 24 * 24 * 32, "two poolings are missing"),
        ("shape", (5, 5, 32), "one number is asked for"),
    ],
    "leaky_relu_gradient": [
        ("activation", lambda x, a: np.maximum(x, a * x), "activation itself"),
        ("relu", lambda x, a: (x > 0).astype(float), "ReLU's gradient"),
        ("swapped", lambda x, a: np.where(x < 0, 1, a), "swapped"),
        ("negative", lambda x, a: np.where(x > 0, 1, -a), "is positive"),
        ("value_above", lambda x, a: np.where(x > 0, x, a), "return x"),
        ("value_below", lambda x, a: np.where(x > 0, 1, a * x), "slope * x"),
        ("at_zero", lambda x, a: (x > 0) + a * (x < 0), "there you return 0"),
        ("scalar", lambda x, a: 1 if x > 0 else a, "with ValueError"),
        ("scalar_way", lambda x, a: 1 if x > 0 else a, "np.where"),
    ],
    "softmax": [
        ("overflow", softmax_overflows, "exp(1000) overflows"),
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), "sigmoid"),
        ("batch", softmax_of_the_batch, "the whole batch sums to 1"),
        ("naive", lambda z: np.exp(z) / np.exp(z).sum(), "the whole batch"),
        ("columns", softmax_of_columns, "the columns sum to 1"),
        (
            "naive_columns",
            lambda z: np.exp(z) / np.exp(z).sum(axis=0),
            "the columns sum to 1",
        ),
        (
            "no_keepdims",
            lambda z: np.exp(z) / np.exp(z).sum(axis=1),
            "one number a row",
        ),
        (
            "no_keepdims_twice",
            lambda z: (
                np.exp(z - z.max(axis=1))
                / np.exp(z - z.max(axis=1)).sum(axis=1)
            ),
            "one number a row",
        ),
        (
            "maximum_without_keepdims",
            lambda z: softmax_overflows(z - z.max(axis=1)),
            "one maximum a row",
        ),
        ("only_exp", np.exp, "divide each row by its sum"),
        (
            "only_stable_exp",
            lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
            "divide each row by its sum",
        ),
        (
            "minimum",
            lambda z: softmax_overflows(z - z.min(axis=1, keepdims=True)),
            "above 0",
        ),
        (
            "mean",
            lambda z: softmax_overflows(z - z.mean(axis=1, keepdims=True)),
            "above 0",
        ),
        ("no_exp", lambda z: z / z.sum(axis=-1)[:, None], "exponential"),
        ("class", lambda z: z.argmax(axis=-1), "the shape must be (2, 3)"),
    ],
    "max_pool_backward": [
        (
            "ties",
            max_pool_backward_with(
                lambda w, gradient: (w == w.max()) * gradient
            ),
            "only the first in reading order",
        ),
        (
            "average",
            max_pool_backward_with(lambda window, gradient: gradient / 4),
            "as average pooling does",
        ),
        (
            "everyone",
            max_pool_backward_with(lambda window, gradient: gradient),
            "not all four",
        ),
        ("loser", max_pool_backward_with(to_the_loser), "min pooling"),
        (
            "one",
            max_pool_backward_with(lambda w, gradient: to_the_winner(w, 1)),
            "they get 1",
        ),
        (
            "keeps_x",
            max_pool_backward_with(lambda w, _: to_the_winner(w, w.max())),
            "they keep x",
        ),
        (
            "row_and_column_swapped",
            max_pool_backward_with(lambda w, g: to_the_winner(w, g).T),
            "swapped",
        ),
        (
            "top_left",
            max_pool_backward_with(lambda w, g: [[g, 0], [0, 0]]),
            "whoever has won",
        ),
        (
            "first_window",
            max_pool_backward_at(lambda i, j, row, column: (row, column)),
            "first window",
        ),
        (
            "windows_overlap",
            max_pool_backward_at(
                lambda i, j, row, column: (i + row, j + column)
            ),
            "do not overlap",
        ),
        ("returns_dy", lambda dy, x: dy, "most of them are 0"),
    ],
}
