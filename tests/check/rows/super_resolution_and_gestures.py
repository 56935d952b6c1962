"""Answers to the exercises of notebook 26: right ones and wrong ones."""

import math
from collections import Counter

import keras
import numpy as np


def pixel_shuffle(maps, scale):
    height, width, _ = maps.shape
    picture = np.zeros((height * scale, width * scale))
    for row in range(scale):
        for column in range(scale):
            part = maps[..., row * scale + column]
            picture[row::scale, column::scale] = part
    return picture


def columns_first(maps, scale):
    return pixel_shuffle(maps.swapaxes(0, 1), scale).T


def plain_reshape(maps, scale):
    height, width, _ = maps.shape
    return maps.reshape(height * scale, width * scale)


def only_first(maps, scale):
    return np.kron(maps[..., 0], np.ones((scale, scale)))


def by_rows(maps, scale):
    rows = []
    for row in maps:
        for k in range(scale):
            part = slice(k * scale, (k + 1) * scale)
            rows.append(np.concatenate([pixel[part] for pixel in row]))
    return np.array(rows)


def by_keras(maps, scale):
    maps = np.asarray(maps, "float32")
    return keras.ops.depth_to_space(maps[None], scale)[0, ..., 0]


def as_tiles(maps, scale):
    tiles = [maps[..., k] for k in range(scale**2)]
    rows = [np.hstack(tiles[k : k + scale]) for k in range(0, scale**2, scale)]
    return np.vstack(rows)


def decibels(mse):
    return 20 * math.log10(255 / math.sqrt(mse))


def share_known(train_people, val_people):
    known = [person in set(train_people) for person in val_people]
    return sum(known) / len(known)


def people_known(train_people, val_people):
    return len(set(train_people) & set(val_people)) / len(set(val_people))


def of_training(train_people, val_people):
    return share_known(val_people, train_people)


def number_known(train_people, val_people):
    return sum(person in train_people for person in val_people)


def over_both(train_people, val_people):
    train, val = set(train_people), set(val_people)
    return len(train & val) / len(train | val)


def person_split(people, share):
    chosen, pictures = set(), 0
    for person in sorted(set(people)):
        if pictures >= share * len(people):
            break
        chosen.add(person)
        pictures += list(people).count(person)
    return [person in chosen for person in people]


def by_counter(people, share):
    left = share * len(people)
    validates = np.zeros(people.max() + 1, bool)
    for person, count in sorted(Counter(people.tolist()).items()):
        validates[person] = left > 0
        left -= count
    return validates[people]


def first_pictures(people, share):
    return np.arange(len(people)) < share * len(people)


def shuffled_pictures(people, share):
    order = np.random.default_rng(0).permutation(len(people))
    return order < share * len(people)


def sorted_pictures(people, share):
    chosen = np.zeros(len(people), bool)
    chosen[np.argsort(people)[: int(share * len(people))]] = True
    return chosen


def one_too_many(people, share):
    chosen = np.zeros(len(people), bool)
    for person in np.unique(people):
        if chosen.sum() > share * len(people):
            break
        chosen |= people == person
    return chosen


def one_too_few(people, share):
    chosen = np.zeros(len(people), bool)
    for person in np.unique(people):
        more = chosen | (people == person)
        if more.sum() > share * len(people):
            break
        chosen = more
    return chosen


def share_of_people(people, share):
    numbers = sorted(set(people))
    return np.isin(people, numbers[: math.ceil(share * len(numbers))])


def largest_first(people, share):
    chosen, counts = [], Counter(people.tolist())
    for person, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0])):
        if sum(counts[p] for p in chosen) < share * len(people):
            chosen.append(person)
    return np.isin(people, chosen)


def joint_class(probabilities):
    product = np.ones(probabilities.shape[1])
    for row in probabilities:
        product *= row
    return int(product.argmax())


def majority(probabilities):
    votes = [int(row.argmax()) for row in probabilities]
    return max(sorted(set(votes)), key=votes.count)


RIGHT = {
    "pixel_shuffle": pixel_shuffle,
    "decibels": decibels,
    "sub_pixel_channels": 3 * 16,
    "share_known": share_known,
    "person_split": person_split,
    "joint_class": joint_class,
}

ALSO_RIGHT = {
    "pixel_shuffle": [by_rows, by_keras],
    "person_split": [by_counter],
    "joint_class": [lambda p: int(np.argmin(-np.log(p).sum(axis=0)))],
}

WRONG = {
    "pixel_shuffle": (
        ("columns first", columns_first, "a row, not a column"),
        ("one reshape", plain_reshape, "must change places"),
        ("repeats", only_first, "all different"),
        (
            "mean",
            lambda maps, scale: np.kron(maps.mean(-1), np.ones((scale, scale))),
            "all different",
        ),
        ("tiles", as_tiles, "a whole small picture"),
        ("side", lambda *given: pixel_shuffle(*given).T, "on its side"),
        ("zeros", lambda m, s: np.zeros(np.multiply(m.shape[:2], s)), "square"),
    ),
    "decibels": (
        ("natural", lambda mse: 10 * math.log(255**2 / mse), "base 10"),
        ("peak", lambda mse: 10 * math.log10(255 / mse), "is squared"),
        ("twenty", lambda mse: 20 * math.log10(255**2 / mse), "10 times"),
        ("turned", lambda mse: 10 * math.log10(mse / 255**2), "way round"),
        ("of one", lambda mse: -10 * math.log10(mse), "255, not 1"),
        ("bel", lambda mse: math.log10(255**2 / mse), "a tenth"),
        ("two", lambda mse: 10 * math.log2(255**2 / mse), "np.log2"),
        ("again", lambda mse: 20 * math.log10(255 / mse), "a square already"),
        ("root", lambda mse: 255 / math.sqrt(mse), "a logarithm"),
        ("sum", lambda mse: 255 + mse, "their quotient"),
    ),
    "sub_pixel_channels": (
        ("grey", 16, "three numbers"),
        ("sides", 12, "16 pixels for one"),
        ("one", 3, "how many pixels"),
        ("by three", 27, "three times as large"),
        ("alpha", 64, "3 numbers, not 4"),
        ("grey by three", 9, "three times as large"),
        ("other", 32, "how many numbers"),
    ),
    "share_known": (
        ("training", of_training, "validation's"),
        ("people", people_known, "share of the people"),
        ("strangers", lambda a, b: 1 - share_known(a, b), "strangers"),
        ("number", number_known, "divide by"),
        ("of both", over_both, "only those of the validation"),
        ("per cent", lambda a, b: 100 * share_known(a, b), "per cent"),
        ("all", lambda a, b: 1.0, "np.isin"),
    ),
    "person_split": (
        ("first", first_pictures, "splits by picture"),
        ("shuffled", shuffled_pictures, "whole people move"),
        ("cut", sorted_pictures, "splits by picture"),
        ("too many", one_too_many, "too many"),
        ("too few", one_too_few, "*at least*"),
        ("of people", share_of_people, "share of the people"),
        ("largest", largest_first, "lowest number"),
        ("training", lambda *a: ~np.array(person_split(*a)), "other way"),
        ("places", lambda *a: np.flatnonzero(person_split(*a)), "the places"),
    ),
    "joint_class": (
        ("sum", lambda p: p.mean(axis=0).argmax(), "multiplied, not added"),
        ("vote", majority, "majority"),
        ("surest", lambda p: p.argmax() % p.shape[1], "surest single"),
        ("value", lambda p: p.prod(axis=0).max(), "which class has it"),
        ("first", lambda p: p[0].argmax(), "the first picture's"),
        ("last", lambda p: p[-1].argmax(), "the last picture's"),
        ("worst", lambda p: p.min(axis=0).argmax(), "worst picture"),
        ("smallest", lambda p: p.prod(axis=0).argmin(), "not argmin"),
        ("none", lambda p: -1, "along which axis"),
    ),
}
