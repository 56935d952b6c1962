"""Answers to the exercises of notebook 24: right ones and wrong ones."""

import keras
import numpy as np
import tensorflow as tf


def gram(maps):
    return np.einsum("ijk,ijl->kl", maps, maps) / (
        maps.shape[0] * maps.shape[1]
    )


def over_places(maps):
    flat = maps.reshape(-1, maps.shape[2])
    return flat @ flat.T


def total_cost(maps, content_maps, gram, style_gram, alpha, beta):
    content = np.mean(np.square(maps - content_maps))
    return alpha * content + beta * np.mean(np.square(gram - style_gram))


def sums(maps, content_maps, gram, style_gram, alpha, beta):
    content = np.sum(np.square(maps - content_maps))
    return alpha * content + beta * np.sum(np.square(gram - style_gram))


def absolute(maps, content_maps, gram, style_gram, alpha, beta):
    content = np.mean(abs(maps - content_maps))
    return alpha * content + beta * np.mean(abs(gram - style_gram))


def paint(cost, start, steps):
    """In a graph, with RMSprop; the clipping is the variable's own."""
    picture = tf.Variable(
        start, constraint=lambda x: tf.clip_by_value(x, 0, 255)
    )
    optimizer = keras.optimizers.RMSprop(8.0)
    optimizer.build([picture])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            value = cost(picture)
        optimizer.apply([tape.gradient(value, picture)], [picture])
        picture.assign(tf.clip_by_value(picture, 0, 255))

    for _ in tf.range(steps):
        step()
    return picture


def adam_by_hand(cost, start, steps):
    """In NumPy, but for the gradient."""
    picture, mean, square = start.copy(), 0, 0
    for t in range(1, steps + 1):
        now = tf.constant(picture)
        with tf.GradientTape() as tape:
            tape.watch(now)
            value = cost(now)
        gradient = tape.gradient(value, now).numpy()
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        step = mean / (1 - 0.9**t) / np.sqrt(square / (1 - 0.999**t) + 1e-20)
        picture = np.clip(picture - 10 * step, 0, 255)
    return picture


def painter(
    optimizer=lambda: keras.optimizers.Adam(10.0),
    limits=(0, 255),
    sign=1,
    begin=lambda start: start,
    count=lambda steps: steps,
    at_end=False,
    result=lambda picture: picture.numpy(),
):
    """Return a right answer but for one thing."""

    def paint(cost, start, steps):
        picture, chosen = tf.Variable(begin(start)), optimizer()
        for _ in range(count(steps)):
            with tf.GradientTape() as tape:
                value = cost(picture)
            gradient = tape.gradient(value, picture)
            chosen.apply_gradients([(sign * gradient, picture)])
            if not at_end:
                picture.assign(tf.clip_by_value(picture, *limits))
        picture.assign(tf.clip_by_value(picture, *limits))
        return result(picture)

    return paint


def no_variable(cost, start, steps):
    with tf.GradientTape() as tape:
        value = cost(start)
    return start - 10 * tape.gradient(value, start)


def tensor_after_a_step(cost, start, steps):
    picture = tf.Variable(start)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            value = cost(picture)
        picture = picture - 1e4 * tape.gradient(value, picture)
    return picture


def overwrites(cost, start, steps):
    start[...] = painter()(cost, start.copy(), steps)
    return start


RIGHT = {
    "gram": gram,
    "gram_numbers": 512 * 511 // 2 + 512,
    "paint": paint,
    "total_cost": total_cost,
}

ALSO_RIGHT = {
    "paint": [
        adam_by_hand,
        painter(lambda: keras.optimizers.Adam(4.0)),
        painter(
            lambda: keras.optimizers.Nadam(
                keras.optimizers.schedules.CosineDecay(15.0, 30)
            ),
            result=lambda picture: picture,
        ),
    ]
}

WRONG = {
    "gram": [
        (
            "sum",
            lambda maps: np.einsum("ijk,ijl->kl", maps, maps),
            "the mean is asked",
        ),
        (
            "all",
            lambda maps: np.einsum("ijk,ijl->kl", maps, maps) / maps.size,
            "number of places",
        ),
        ("places", over_places, "compares places"),
        (
            "covariance",
            lambda maps: gram(maps - maps.mean(axis=(0, 1))),
            "mean off",
        ),
        (
            "places_mean",
            lambda m: over_places(m) / (m.shape[0] * m.shape[1]),
            "compares places",
        ),
        (
            "height",
            lambda m: np.einsum("ijk,ijl->kl", m, m) / m.shape[0],
            "the height alone",
        ),
        (
            "width",
            lambda m: np.einsum("ijk,ijl->kl", m, m) / m.shape[1],
            "the width alone",
        ),
        (
            "reshaped",
            lambda m: (
                m.reshape(m.shape[2], -1)
                @ m.reshape(m.shape[2], -1).T
                / (m.shape[0] * m.shape[1])
            ),
            "does not move an axis",
        ),
        ("squares", lambda m: (m**2).mean(axis=(0, 1)), "the diagonal"),
        (
            "means",
            lambda m: np.outer(m.mean((0, 1)), m.mean((0, 1))),
            "product of two means",
        ),
        ("other", lambda maps: maps.mean(), "one column for each channel"),
    ],
    "gram_numbers": [
        ("square", 512**2, "symmetric"),
        ("without", 512 * 511 // 2, "diagonal counts"),
        ("diagonal", 512, "diagonal alone"),
        ("half", 512**2 // 2, "half of the diagonal"),
        ("half_more", 512**2 // 2 + 512, "one and a half times"),
        ("maps", 28 * 28 * 512, "forgets the places"),
        ("other", 1, "how many for 512"),
    ],
    "paint": [
        ("called", np.zeros(3), "hand over the function"),
        ("no_return", painter(result=lambda picture: None), "is `return`"),
        ("cost", lambda cost, start, steps: cost(start), "not ()"),
        ("one", painter(result=lambda picture: picture[0]), "(14, 14, 3)"),
        ("nothing", lambda cost, start, steps: start, "was never computed"),
        ("no_variable", no_variable, "there is no gradient"),
        ("tensor", tensor_after_a_step, "there is no gradient"),
        ("overwrites", overwrites, "changed `start` itself"),
        (
            "from_grey",
            painter(begin=lambda start: 0 * start + 128),
            "is not `start`",
        ),
        ("climbs", painter(sign=-1), "goes up the cost"),
        ("no_clip", painter(limits=(-1e9, 1e9)), "no screen shows that"),
        ("clip_1", painter(limits=(0, 1)), "here they go from 0 to 255"),
        ("clip_at_end", painter(at_end=True), "cut after every step"),
        ("one_step", painter(count=lambda steps: 1), "judged 1 times"),
        ("fixed", painter(count=lambda steps: 100), "judged 100 times"),
        ("small_rate", painter(keras.optimizers.Adam), "which optimizer"),
        (
            "sgd",
            painter(lambda: keras.optimizers.SGD(0.01)),
            "which optimizer",
        ),
        (
            "not_far",
            painter(lambda: keras.optimizers.Adam(0.3)),
            "not far enough",
        ),
        ("raises", lambda cost, start, steps: {}[0], "with KeyError"),
    ],
    "total_cost": [
        ("sums", sums, "not their sums"),
        (
            "swapped",
            lambda m, c, g, s, alpha, beta: total_cost(m, c, g, s, beta, alpha),
            "weighs the content",
        ),
        (
            "unweighted",
            lambda m, c, g, s, alpha, beta: total_cost(m, c, g, s, 1, 1),
            "are missing",
        ),
        ("absolute", absolute, "square the differences"),
        (
            "style_sum",
            lambda m, c, g, s, alpha, beta: (
                alpha * np.mean((m - c) ** 2) + beta * np.sum((g - s) ** 2)
            ),
            "of the style, too",
        ),
        (
            "content_sum",
            lambda m, c, g, s, alpha, beta: (
                alpha * np.sum((m - c) ** 2) + beta * np.mean((g - s) ** 2)
            ),
            "of the content, too",
        ),
        (
            "difference",
            lambda m, c, g, s, alpha, beta: total_cost(
                m, c, g, s, alpha, -beta
            ),
            "add them",
        ),
        (
            "mean_first",
            lambda m, c, g, s, alpha, beta: (
                alpha * np.mean(m - c) ** 2 + beta * np.mean(g - s) ** 2
            ),
            "square first",
        ),
        (
            "content_only",
            lambda m, c, g, s, alpha, beta: total_cost(m, c, g, s, alpha, 0),
            "the style's is missing",
        ),
        ("other", lambda *all_of_it: 0, "its own weight"),
    ],
}
