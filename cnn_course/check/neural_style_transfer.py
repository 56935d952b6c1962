"""The exercises of notebook 24, neural style transfer."""

import numpy as np

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
        (
            lambda maps: _flat(maps) @ _flat(maps).T,
            "that compares places; channels are to be compared: transpose "
            "the first factor.",
        ),
        (
            lambda maps: np.atleast_2d(np.cov(_flat(maps).T, bias=True)),
            "that is the covariance: don't take the mean off.",
        ),
    ),
    hint="put all places below each other, one column for each channel: F. "
    "Then it is Fᵀ F divided by the number of rows.",
)

gram_numbers = ValueExercise(
    "gram_numbers",
    right=512 * 513 // 2,
    mistakes=(
        (512 * 512, "k with l is the same as l with k: it is symmetric."),
        (512 * 511 // 2, "the diagonal counts, too: each channel with itself."),
        (512, "that is the diagonal alone."),
    ),
    hint="512 on the diagonal, and half of the others: 512 · 511 / 2.",
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
    ),
    hint="α times the mean of (maps − content maps)², plus β times the mean of "
    "(gram − style gram)².",
)
