"""The exercises of notebook 24, neural style transfer."""

import re

import numpy as np

from cnn_course.check.behaviour import NO_RETURN, BehaviourExercise
from cnn_course.check.judge import FunctionExercise, ValueExercise


def _flat(maps):
    return maps.reshape(-1, maps.shape[-1])


def _gram(maps):
    return _flat(maps).T @ _flat(maps) / len(_flat(maps))


def _maps(seed, *shape):
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(float)


gram = FunctionExercise(
    "gram",
    right=_gram,
    cases=(
        (np.array([[[1.0, 2.0], [3.0, 4.0]]]),),
        (_maps(0, 3, 2, 2),),
        (_maps(1, 2, 4, 3),),
        (_maps(2, 1, 1, 4),),
    ),
    mistakes=(
        (
            lambda maps: _flat(maps).T @ _flat(maps),
            "that is the sum over all places; the mean is asked for.",
        ),
        (
            lambda maps: _gram(maps) * len(_flat(maps)) / maps.size,
            "divide by the number of places, not of all numbers.",
        ),
        *(
            (
                lambda maps, count=count: (
                    _flat(maps) @ _flat(maps).T / count(maps)
                ),
                "that compares places; channels are to be compared: which of "
                "the two factors is transposed?",
            )
            for count in (
                lambda maps: 1,
                lambda maps: len(_flat(maps)),
                lambda maps: maps.size,
                lambda maps: maps.shape[-1],
            )
        ),
        *(
            (
                lambda maps, axis=axis: (
                    _flat(maps).T @ _flat(maps) / maps.shape[axis]
                ),
                f"that divides by {what}; the mean is over all places.",
            )
            for axis, what in (
                (0, "the height alone"),
                (1, "the width alone"),
                (2, "the number of channels"),
            )
        ),
        (
            lambda maps: _gram(maps) / 2,
            "the mean product is asked for: without a factor of ½.",
        ),
        *(
            (
                lambda maps, reshaped=reshaped: (
                    reshaped(maps) @ reshaped(maps).T / len(_flat(maps))
                ),
                "`reshape` does not move an axis: the channels come last. "
                "First all places below each other, then transpose.",
            )
            for reshaped in (
                lambda maps: maps.reshape(maps.shape[-1], -1),
                lambda maps: maps.reshape(maps.shape[0], -1),
            )
        ),
        (
            lambda maps: np.corrcoef(_flat(maps).T),
            "that is the correlation: neither take the mean off nor divide "
            "by the spread.",
        ),
        (
            lambda maps: (_flat(maps) ** 2).mean(axis=0),
            "that is the diagonal: each channel with itself. What about each "
            "with every other one?",
        ),
        (
            lambda maps: np.outer(
                _flat(maps).mean(axis=0), _flat(maps).mean(axis=0)
            ),
            "that is the product of two means; the mean of the products is "
            "asked for.",
        ),
        (
            lambda maps: np.atleast_2d(np.cov(_flat(maps).T, bias=True)),
            "that is the covariance: don't take the mean off.",
        ),
    ),
    hint="put all places below each other, one column for each channel. Which "
    "product of this matrix with itself has a row and a column per channel?",
)

gram_numbers = ValueExercise(
    "gram_numbers",
    right=512 * 513 // 2,
    mistakes=(
        (512 * 512, "k with l is the same as l with k: it is symmetric."),
        (512 * 511 // 2, "the diagonal counts, too: each channel with itself."),
        (512, "that is the diagonal alone."),
        (512 * 512 // 2, "half of all would count half of the diagonal."),
        (
            512 * 512 // 2 + 512,
            "the diagonal is counted one and a half times: it is a part of the "
            "half, too.",
        ),
        (2 * 512, "each channel goes with every other one."),
        (
            28 * 28 * 512,
            "those are the numbers in the maps; the Gram matrix forgets the "
            "places.",
        ),
        (
            512 * 3 * 3 * 512,
            "those are a layer's weights; a Gram matrix has a number for each "
            "pair of channels.",
        ),
    ),
    hint="write down the matrix for 3 channels, and mark equal numbers. How "
    "many are left, and how many for 512?",
)


def _costs(maps, content_maps, gram, style_gram):
    content, style = (maps - content_maps) ** 2, (gram - style_gram) ** 2
    return content, style


total_cost = FunctionExercise(
    "total_cost",
    right=lambda m, c, g, s, alpha, beta: (
        alpha * _costs(m, c, g, s)[0].mean()
        + beta * _costs(m, c, g, s)[1].mean()
    ),
    cases=tuple(
        (
            _maps(seed, 2, 3, 2),
            _maps(seed + 10, 2, 3, 2),
            _maps(seed + 20, 2, 2),
            _maps(seed + 30, 2, 2),
            alpha,
            beta,
        )
        for seed, (alpha, beta) in enumerate(
            ((1.0, 1.0), (0.5, 2.0), (0.0, 3.0), (3.0, 0.0))
        )
    ),
    mistakes=(
        (
            lambda m, c, g, s, alpha, beta: (
                alpha * _costs(m, c, g, s)[0].sum()
                + beta * _costs(m, c, g, s)[1].sum()
            ),
            "take the means of the squared differences, not their sums.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                beta * _costs(m, c, g, s)[0].mean()
                + alpha * _costs(m, c, g, s)[1].mean()
            ),
            "α weighs the content, β the style.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                _costs(m, c, g, s)[0].mean() + _costs(m, c, g, s)[1].mean()
            ),
            "the weights α and β are missing.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                alpha * abs(m - c).mean() + beta * abs(g - s).mean()
            ),
            "square the differences.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                alpha * _costs(m, c, g, s)[0].mean()
                + beta * _costs(m, c, g, s)[1].sum()
            ),
            "the content is right; of the style, too, take the mean.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                alpha * _costs(m, c, g, s)[0].sum()
                + beta * _costs(m, c, g, s)[1].mean()
            ),
            "the style is right; of the content, too, take the mean.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                alpha * _costs(m, c, g, s)[0].mean()
                - beta * _costs(m, c, g, s)[1].mean()
            ),
            "both are costs: add them.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                alpha * (m - c).mean() ** 2 + beta * (g - s).mean() ** 2
            ),
            "square first, then take the mean: else plus and minus cancel.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                alpha * np.sqrt(_costs(m, c, g, s)[0].mean())
                + beta * np.sqrt(_costs(m, c, g, s)[1].mean())
            ),
            "without a root: the mean of the squares is the cost.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                (
                    alpha * _costs(m, c, g, s)[0].mean()
                    + beta * _costs(m, c, g, s)[1].mean()
                )
                / 2
            ),
            "without a factor of ½.",
        ),
        (
            lambda m, c, g, s, alpha, beta: (
                alpha * _costs(m, c, g, s)[0].mean()
            ),
            "that is the content's part; the style's is missing.",
        ),
        (
            lambda m, c, g, s, alpha, beta: beta * _costs(m, c, g, s)[1].mean(),
            "that is the style's part; the content's is missing.",
        ),
    ),
    hint="each cost is one number, the mean of squared differences; each has "
    "its own weight.",
)


# --- Painting, judged by the picture -----------------------------------------

_STEPS = 30
_REACHED = 0.3  # of the first cost; what a fitting optimizer has left is less


def _make_cost(seen):
    """A small style transfer: its cost, which notes in `seen`, and its start.

    Args:
        seen: list that gets (picture, cost) whenever the cost is computed.
    """
    import tensorflow as tf

    rng = np.random.default_rng(0)
    kernel = tf.constant(rng.normal(size=(3, 3, 3, 8)) / 5, tf.float32)
    start = rng.uniform(90, 160, (1, 14, 14, 3)).astype("float32")
    stripes = np.zeros((1, 14, 14, 3), "float32")
    stripes[:, ::3] = 255, 200, 30

    def look(picture):
        maps = tf.nn.relu(tf.nn.conv2d(picture / 64, kernel, 1, "VALID"))
        flat = tf.reshape(maps, (-1, 8))
        return maps, tf.matmul(flat, flat, transpose_a=True) / len(flat)

    content, style = look(start)[0], look(stripes)[1]

    def note(picture, cost):
        seen.append((picture.copy(), float(cost)))

    def cost(picture):
        picture = tf.convert_to_tensor(picture)
        maps, gram = look(picture)
        total = 0.05 * tf.reduce_mean((maps - content) ** 2)
        total += tf.reduce_mean((gram - style) ** 2)
        tf.numpy_function(note, [picture, total], [])
        return total

    return cost, start


def _range_hint(pictures, result):
    """What is wrong with the range of the pixels; "" if nothing."""
    low = min(picture.min() for picture in pictures)
    high = max(picture.max() for picture in pictures)
    if result.max() < 1.5:
        return "all pixels lie from 0 to 1: here they go from 0 to 255."
    if result.min() < -0.01 or result.max() > 255.01:
        return (
            f"pixels go from {result.min():.0f} to {result.max():.0f}: no "
            "screen shows that. Keep them from 0 to 255."
        )
    if low < -0.01 or high > 255.01:
        return (
            f"on the way pixels go from {low:.0f} to {high:.0f}: cut after "
            "every step, or the network judges colours that there are not."
        )
    return ""


def _step_hint(pictures, costs, gradient):
    """What is wrong with the steps from picture to picture; "" if nothing."""
    first = pictures[1] - pictures[0]
    if (first * gradient).sum() > 0:
        return "the first step goes up the cost: descend, against the gradient."
    far = np.abs(pictures[-1] - pictures[0]).mean()
    if far < 1:
        return (
            f"after all steps a pixel has moved by {far:.2g} of 255 grey "
            "levels on average. Gradients of pixels are tiny: which optimizer "
            "does not mind, and how long is a step of it?"
        )
    if costs[-1] > _REACHED * costs[0]:
        return (
            f"after {_STEPS} steps {costs[-1] / costs[0]:.0%} of the cost are "
            f"left, and less than {_REACHED:.0%} is asked for. The first step "
            f"moves a pixel by {np.abs(first).mean():.2g} grey levels, of 255: "
            "too far, or not far enough?"
        )
    return ""


def _watch_painting(answer):
    """Paint a small picture; look at each picture on the way."""
    import tensorflow as tf

    seen = []
    cost, start = _make_cost(seen)
    with tf.GradientTape() as tape:
        variable = tf.Variable(start)
        value = cost(variable)
    gradient = tape.gradient(value, variable).numpy()
    seen.clear()
    given = start.copy()
    try:
        result = answer(cost, given, _STEPS)
    except (ValueError, AttributeError, TypeError) as error:
        if not re.search("None|gradients|_id", str(error)):
            raise
        return (
            "there is no gradient. A tape watches a tf.Variable by itself, and "
            "that must be the one that the cost gets, in every step."
        )
    if result is None:
        return NO_RETURN
    if not np.array_equal(given, start):
        return "your function has changed `start` itself: train a copy of it."
    result = np.asarray(result, "float32")
    if result.shape != start.shape:
        return (
            f"a picture of the shape {start.shape} is asked for, not "
            f"{result.shape}."
        )
    if not seen:
        return "the cost was never computed."
    # The cost of one picture may be asked for twice, to print it say.
    seen = [
        seen[i]
        for i in range(len(seen))
        if i == 0 or not np.array_equal(seen[i][0], seen[i - 1][0])
    ]
    if not np.allclose(seen[0][0], start, atol=0.01):
        return "the first picture that is judged is not `start`."
    pictures = [picture for picture, _ in seen]
    if np.array_equal(result, start):
        return (
            "the picture is still as it was. Does nobody change its pixels, or "
            "are the steps too small to be seen? Gradients of pixels are tiny; "
            "which optimizer does not mind?"
        )
    hint = _range_hint(pictures, result)
    if hint:
        return hint
    if len(seen) not in (_STEPS, _STEPS + 1):
        return (
            f"for steps={_STEPS} the picture was judged {len(seen)} times, "
            "after other steps than asked for."
        )
    if len(pictures) == _STEPS:
        pictures.append(result)
    return _step_hint(pictures, (seen[0][1], float(cost(result))), gradient)


paint = BehaviourExercise(
    "paint",
    watch=_watch_painting,
    done="The pixels stay from 0 to 255, and the cost falls far enough.",
)
