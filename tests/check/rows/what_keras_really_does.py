"""Answers to the exercises of notebook 28: right ones and wrong ones."""

import numpy as np
from scipy.special import log_softmax, softmax


def distillation_loss(teacher, student, temperature):
    p = softmax(teacher / temperature)
    q = log_softmax(student / temperature)
    return temperature**2 * (p * (log_softmax(teacher / temperature) - q)).sum()


def placed_box(box, scales, corner):
    corners = np.reshape(box, (2, 2))
    return (corners * np.array(scales) + np.array(corner)).ravel()


def generalized_cross_entropy(labels, probabilities, q):
    losses = [
        (1 - row[label] ** q) / q
        for label, row in zip(labels, probabilities, strict=True)
    ]
    return sum(losses) / len(losses)


def norm_gradient(x, epsilon):
    return x * ((x * x).sum() + epsilon) ** -0.5


RIGHT = {
    "distillation_loss": distillation_loss,
    "placed_box": placed_box,
    "generalized_cross_entropy": generalized_cross_entropy,
    "norm_gradient": norm_gradient,
}

WRONG = {
    "distillation_loss": (
        (
            "not squared back",
            lambda t, s, T: distillation_loss(t, s, T) / T**2,
            "temperature squared",
        ),
        (
            "once",
            lambda t, s, T: distillation_loss(t, s, T) / T,
            "the square of",
        ),
        ("turned", lambda t, s, T: distillation_loss(s, t, T), "other way"),
        (
            "cold",
            lambda t, s, T: T**2 * distillation_loss(t, s, 1),
            "before the softmax",
        ),
        (
            "cross-entropy",
            lambda t, s, T: -(T**2) * softmax(t / T) @ log_softmax(s / T),
            "when both agree",
        ),
        ("squares", lambda t, s, T: ((t - s) ** 2).mean(), "log(p / q)"),
    ),
    "placed_box": (
        ("scaled", lambda b, s, c: b * [*s, *s], "corner moves"),
        ("moved", lambda b, s, c: b + np.array([*c, *c]), "multiply first"),
        (
            "moved, scaled",
            lambda b, s, c: (b + np.array([*c, *c])) * [*s, *s],
            "multiply, then add",
        ),
        ("rows", lambda b, s, c: placed_box(b, s[::-1], c), "first scale"),
        ("top", lambda b, s, c: placed_box(b, s, c[::-1]), "left goes to x"),
        ("one", lambda b, s, c: placed_box(b, s[:1] * 2, c), "a scale each"),
        ("whole", lambda b, s, c: np.rint(placed_box(b, s, c)), "not round"),
        (
            "pairs",
            lambda b, s, c: b * np.repeat(s, 2) + np.repeat(c, 2),
            "np.tile",
        ),
        ("as it was", lambda b, s, c: b, "at both ends"),
    ),
    "generalized_cross_entropy": (
        (
            "undivided",
            lambda y, p, q: np.mean(1 - p[np.arange(len(y)), y] ** q),
            "divide by q",
        ),
        (
            "sum",
            lambda y, p, q: len(y) * generalized_cross_entropy(y, p, q),
            "that is the sum",
        ),
        ("all classes", lambda y, p, q: ((1 - p**q) / q).mean(), "each row"),
        (
            "all labels",
            lambda y, p, q: ((1 - p[:, y] ** q) / q).mean(),
            "each row has its own",
        ),
        (
            "surest",
            lambda y, p, q: ((1 - p.max(1) ** q) / q).mean(),
            "most probability",
        ),
        (
            "cross-entropy",
            lambda y, p, q: -np.log(p[np.arange(len(y)), y]).mean(),
            "goes to 0",
        ),
        ("first", lambda y, p, q: p[0, 0], "(1 - p**q) / q"),
    ),
    "norm_gradient": (
        ("bare", lambda x, e: x / np.linalg.norm(x), "0 / 0"),
        ("beside", lambda x, e: x / (np.linalg.norm(x) + e), "beside the root"),
        ("twice", lambda x, e: 2 * norm_gradient(x, e), "cancel"),
        ("half", lambda x, e: norm_gradient(x, e) / 2, "both are gone"),
        ("norm", lambda x, e: ((x**2).sum() + e) ** 0.5, "the norm itself"),
        ("no root", lambda x, e: x / ((x**2).sum() + e), "the root stays"),
        ("each", lambda x, e: x / (x**2 + e) ** 0.5, "one root for all"),
        ("sign", lambda x, e: np.sign(x), "x divided by"),
    ),
}
