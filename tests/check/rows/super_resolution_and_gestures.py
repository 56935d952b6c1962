"""Answers to the exercises of notebook 26: right ones and wrong ones."""

import math

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
    "joint_class": joint_class,
}

WRONG = {
    "pixel_shuffle": (
        ("columns first", columns_first, "a row, not a column"),
        ("one reshape", plain_reshape, "must change places"),
        ("repeats", only_first, "reshape to (height, width, scale, scale)"),
    ),
    "decibels": (
        ("natural", lambda mse: 10 * math.log(255**2 / mse), "base 10"),
        ("peak", lambda mse: 10 * math.log10(255 / mse), "is squared"),
        ("twenty", lambda mse: 20 * math.log10(255**2 / mse), "10 times"),
        ("turned", lambda mse: 10 * math.log10(mse / 255**2), "way round"),
        ("of one", lambda mse: -10 * math.log10(mse), "255, not 1"),
        ("bel", lambda mse: math.log10(255**2 / mse), "a tenth"),
        ("root", lambda mse: 255 / math.sqrt(mse), "with peak 255"),
    ),
    "sub_pixel_channels": (
        ("grey", 16, "three numbers"),
        ("sides", 12, "16 pixels for one"),
        ("one", 3, "how many pixels"),
        ("by three", 27, "three times as large"),
        ("alpha", 64, "3 numbers, not 4"),
        ("other", 32, "4 · 4 pixels"),
    ),
    "share_known": (
        ("training", of_training, "validation's"),
        ("people", people_known, "share of the people"),
        ("strangers", lambda a, b: 1 - share_known(a, b), "strangers"),
        ("number", number_known, "divide by"),
        ("all", lambda a, b: 1.0, "np.isin"),
    ),
    "joint_class": (
        ("sum", lambda p: p.mean(axis=0).argmax(), "multiplied, not added"),
        ("vote", majority, "majority"),
        ("surest", lambda p: p.argmax() % p.shape[1], "surest single"),
        ("value", lambda p: p.prod(axis=0).max(), "which class has it"),
        ("first", lambda p: p[0].argmax(), "multiply along axis 0"),
    ),
}
