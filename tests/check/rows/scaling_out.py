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


def parallel_step(weights, gradient, images, labels, devices, rate):
    """Deal the pictures like cards; add up the shares' sums."""
    total = np.zeros_like(weights)
    for device in range(devices):
        x, y = images[device::devices], labels[device::devices]
        total += len(x) * gradient(weights, x, y)
    return weights - rate * total / len(images)


def by_average(weights, gradient, images, labels, devices, rate):
    shares = [
        rows.tolist() for rows in np.array_split(range(len(images)), devices)
    ]
    moved = [
        weights - rate * gradient(weights, images[rows], labels[rows])
        for rows in shares
    ]
    return np.average(moved, axis=0, weights=[len(rows) for rows in shares])


def shares_of(images, labels, devices):
    return zip(
        np.array_split(images, devices),
        np.array_split(labels, devices),
        strict=True,
    )


def step_with(weights, gradient, images, labels, devices, rate, join):
    pairs = shares_of(images, labels, devices)
    return weights - rate * join([gradient(weights, *pair) for pair in pairs])


def plain_mean(*given):
    return step_with(*given, lambda g: sum(g) / len(g))


def plain_sum(*given):
    return step_with(*given, sum)


def first_device(*given):
    return step_with(*given, lambda g: g[0])


def uphill(weights, *rest):
    return 2 * weights - parallel_step(weights, *rest)


def in_turns(weights, gradient, images, labels, devices, rate):
    for pair in shares_of(images, labels, devices):
        weights = weights - rate * gradient(weights, *pair)
    return weights


def whole_batch(weights, gradient, images, labels, devices, rate):
    return weights - rate * gradient(weights, images, labels)


def equal_parts(weights, gradient, images, labels, devices, rate):
    size = len(images) // devices
    moves = [
        gradient(weights, images[i : i + size], labels[i : i + size])
        for i in range(0, size * devices, size)
    ]
    return weights - rate * np.mean(moves, axis=0)


def np_split(weights, gradient, images, labels, devices, rate):
    parts = np.split(images, devices), np.split(labels, devices)
    moves = [gradient(weights, *pair) for pair in zip(*parts, strict=True)]
    return weights - rate * np.mean(moves, axis=0)


RIGHT = {
    "batch_gradient": batch_gradient,
    "parallel_step": parallel_step,
    "ring_megabytes": ring_megabytes,
    "scaled_rate": lambda rate, batch, devices: (
        rate * (batch * devices) / batch
    ),
    "devices_needed": math.ceil(40 / 5 / 0.75),
}

ALSO_RIGHT = {"parallel_step": [by_average]}

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
        (
            "of pictures",
            lambda g, sizes: sum(g) / sum(sizes),
            "before you add",
        ),
        ("turned sizes", lambda g, n: n[::-1] @ g / n.sum(), "its own size"),
        ("last", lambda g, sizes: g[-1], "must a device's row count"),
    ),
    "parallel_step": (
        ("mean", plain_mean, "equal shares only"),
        ("sum", plain_sum, "adds the gradients"),
        ("first", first_device, "the first device's step"),
        ("up", uphill, "goes up the loss"),
        ("in turns", in_turns, "one after the other"),
        ("whole", whole_batch, "cannot hold"),
        ("equal parts", equal_parts, "left over"),
        ("np.split", np_split, "with ValueError"),
        ("no rate", lambda *a: parallel_step(*a[:5], 1), "rate is missing"),
        (
            "the step",
            lambda w, *rest: w - parallel_step(w, *rest),
            "that is the step",
        ),
    ),
    "ring_megabytes": (
        ("once", lambda p, n: 4e-6 * p, "two devices only"),
        ("to everybody", lambda p, n: 4e-6 * p * (n - 1), "in a ring nobody"),
        ("whole", lambda p, n: 2 * (n - 1) // n * 4e-6 * p, "no whole number"),
        ("all parts", lambda p, n: 8e-6 * p, "all parts but one"),
        ("half", lambda p, n: 4e-6 * p * (n - 1) / n, "half of it"),
        ("numbers", lambda p, n: 2e-6 * p * (n - 1) / n, "4 bytes"),
        ("bytes", lambda p, n: 8 * p * (n - 1) / n, "has a million"),
        ("binary", lambda p, n: 8 * p * (n - 1) / n / 1024**2, "not 2²⁰"),
        ("together", lambda p, n: 8e-6 * p * (n - 1), "what does one"),
        ("bits", lambda p, n: 64e-6 * p * (n - 1) / n, "32 bits"),
        ("two bytes", lambda p, n: 4e-6 * p * (1 - 1 / n), "4 bytes, not 2"),
        (
            "whole parts",
            lambda p, n: 8e-6 * (n - 1) * math.ceil(p / n),
            "rounds each part up",
        ),
        ("other", lambda p, n: p, "in all turns"),
    ),
    "scaled_rate": (
        ("smaller", lambda r, b, n: r / n, "the rate grows"),
        ("root", lambda r, b, n: r * n**0.5, "another rule"),
        ("times batch", lambda r, b, n: r * n * b, "has grown"),
        ("batch", lambda r, b, n: r * b, "does not matter"),
        ("the paper's", lambda r, b, n: 0.1 * b * n / 256, "start from"),
        ("by batch", lambda r, b, n: r * n / b, "the quotient"),
        ("same", lambda r, b, n: r, "fewer steps"),
        ("plus", lambda r, b, n: r + n, "not k more"),
        ("of batch", lambda r, b, n: r * b / n, "does the batch become"),
        ("none", lambda r, b, n: 0, "one step stands for"),
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
        ("thirty", 30, "as fast as 22.5"),
        ("lost", 32, "What is lost"),
        ("other", 20, "that lose nothing"),
    ),
}
