"""Answers to the exercises of notebook 14: right ones and wrong ones."""

import numpy as np


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


RIGHT = {
    "expected_overlap": expected_overlap,
    "cache_megabytes": 5 * 224**2 * 12 / 1000,
    "epoch_seconds": epoch_seconds,
    "class_weights": class_weights,
}

WRONG = {
    "expected_overlap": [
        ("validation", lambda n, s: n * s, "whole validation set"),
        ("training", lambda n, s: n * (1 - s), "whole training set"),
        ("both_validation", lambda n, s: n * s * s, "both validation sets"),
        ("share", lambda n, s: s * (1 - s), "number of files"),
        ("fifth_only", lambda n, s: 0.8 * s * n, "a fifth only"),
        ("rounded", lambda n, s: round(n * s * (1 - s)), "right, but rounded"),
        ("none", lambda n, s: 0, "the chance to be"),
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
        ("guess", 3000, "after resizing"),
    ],
    "epoch_seconds": [
        ("no_overlap", lambda n, a, b: n * a + n * b, "without prefetch"),
        ("no_ends", lambda n, a, b: max(n * a, n * b), "nearly"),
        ("training_decides", lambda n, a, b: a + n * b, "network waits"),
        ("loading_decides", lambda n, a, b: n * a + b, "wait for the network"),
        ("one_loaded", lambda n, a, b: a + n * max(a, b), "many is loaded"),
        ("one_trained", lambda n, a, b: n * max(a, b) + b, "many is trained"),
        ("faster", lambda n, a, b: a + (n - 1) * min(a, b) + b, "the slower"),
    ],
    "class_weights": [
        ("no_k", lambda c: sum(c) / np.array(c), "number of classes too"),
        ("inverse", lambda c: [1 / n for n in c], "counts 1 in all"),
        ("largest_is_one", lambda c: max(c) / np.array(c), "must sum to"),
        ("shares", lambda c: np.array(c) / sum(c), "the rarer a"),
        ("rest", lambda c: 1 - np.array(c) / sum(c), "but not enough"),
        ("equal", lambda c: [1.0] * len(c), "n / k in all"),
        ("dict", lambda c: dict(enumerate(c)), "one weight a class"),
    ],
}
