"""Answers to the exercises of notebook 24: right ones and wrong ones."""

import numpy as np


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


RIGHT = {
    "gram": gram,
    "gram_numbers": 512 * 511 // 2 + 512,
    "total_cost": total_cost,
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
        ("other", lambda maps: maps.mean(), "one column for each channel"),
    ],
    "gram_numbers": [
        ("square", 512**2, "symmetric"),
        ("without", 512 * 511 // 2, "diagonal counts"),
        ("diagonal", 512, "diagonal alone"),
        ("other", 1, "half of the others"),
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
        ("other", lambda *all_of_it: 0, "times the mean"),
    ],
}
