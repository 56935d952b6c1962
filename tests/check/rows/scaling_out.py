"""Answers to the exercises of notebook 27: right ones and wrong ones."""

import math

import numpy as np


def batch_gradient(gradients, sizes):
    total = np.zeros(gradients.shape[1])
    for gradient, size in zip(gradients, sizes, strict=True):
        total += gradient * size
    return total / sum(sizes)


def undivided(gradients, sizes):
    return batch_gradient(gradients, sizes) * sum(sizes)


def by_devices(gradients, sizes):
    return undivided(gradients, sizes) / len(gradients)


def ring_megabytes(parameters, devices):
    return 8e-6 * parameters * (1 - 1 / devices)


RIGHT = {
    "batch_gradient": batch_gradient,
    "ring_megabytes": ring_megabytes,
    "scaled_rate": lambda rate, batch, devices: (
        rate * (batch * devices) / batch
    ),
    "devices_needed": math.ceil(40 / 5 / 0.75),
}

WRONG = {
    "batch_gradient": (
        ("mean", lambda g, sizes: sum(g) / len(g), "only for equal shares"),
        ("sum", lambda g, sizes: sum(g), "is a mean"),
        ("undivided", undivided, "number of pictures in all"),
        ("by devices", by_devices, "not of devices"),
        (
            "twice",
            lambda g, sizes: batch_gradient(g, sizes) / len(g),
            "the number of devices, too",
        ),
        (
            "divided",
            lambda g, sizes: sum(a / n for a, n in zip(g, sizes, strict=True)),
            "has divided by its own share",
        ),
        ("columns", lambda g, n: sum(g * n) / sum(n), "must multiply the rows"),
        ("turned", lambda g, n: g @ n / n.sum(), "must multiply the rows"),
        ("first", lambda g, sizes: g[0], "add, and divide"),
    ),
    "ring_megabytes": (
        ("once", lambda p, n: 4e-6 * p, "two devices only"),
        ("to everybody", lambda p, n: 4e-6 * p * (n - 1), "in a ring nobody"),
        ("whole", lambda p, n: 2 * (n - 1) // n * 4e-6 * p, "no whole number"),
        ("all parts", lambda p, n: 8e-6 * p, "all parts but one"),
        ("half", lambda p, n: 4e-6 * p * (n - 1) / n, "first half"),
        ("numbers", lambda p, n: 2e-6 * p * (n - 1) / n, "4 bytes"),
        ("bytes", lambda p, n: 8 * p * (n - 1) / n, "has a million"),
        ("binary", lambda p, n: 8 * p * (n - 1) / n / 1024**2, "not 2²⁰"),
        ("together", lambda p, n: 8e-6 * p * (n - 1), "what does one"),
        ("bits", lambda p, n: 64e-6 * p * (n - 1) / n, "32 bits"),
        ("other", lambda p, n: 4e-6 * p * n, "of the gradient"),
    ),
    "scaled_rate": (
        ("smaller", lambda r, b, n: r / n, "the rate grows"),
        ("root", lambda r, b, n: r * n**0.5, "another rule"),
        ("times batch", lambda r, b, n: r * n * b, "has grown"),
        ("batch", lambda r, b, n: r * b, "does not matter"),
        ("the paper's", lambda r, b, n: 0.1 * b * n / 256, "start from"),
        ("by batch", lambda r, b, n: r * n / b, "the quotient"),
        ("same", lambda r, b, n: r, "fewer steps"),
        ("plus", lambda r, b, n: r + n, "times as large"),
    ),
    "devices_needed": (
        ("no talking", 8, "With it"),
        ("ten", 10, "more than 5"),
        ("a part", 40 / (0.75 * 5), "one more"),
        ("a part, rounded", 10.67, "one more"),
        ("a part, rounded more", 10.7, "one more"),
        ("faster", 6, "not fewer"),
        ("twelve", 12, "One fewer"),
        ("all", 40, "Fewer will do"),
        ("other", 20, "at most 5"),
    ),
}
