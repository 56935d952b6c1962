"""Answers to the exercises of notebook 16: right ones and wrong ones."""

import math


def gradient_steps(pictures, batch_size, epochs):
    return epochs * -(-pictures // batch_size)


def gradient_steps_floor(pictures, batch_size, epochs):
    return pictures // batch_size * epochs


def gradient_steps_rounds_at_the_end(pictures, batch_size, epochs):
    return math.ceil(pictures * epochs / batch_size)


def times_faster(base, top, epochs):
    return (base + top) * epochs / (base + top * epochs)


def times_faster_for_free(base, top, epochs):
    return 1 + base / top


def times_faster_upside_down(base, top, epochs):
    return 1 / times_faster(base, top, epochs)


def layers_to_train(kinds, n):
    found = []
    for place in reversed(range(len(kinds))):
        if len(found) < n and kinds[place] in ("conv", "dense"):
            found.insert(0, place)
    return found


def layers_to_train_any(kinds, n):
    return list(range(len(kinds) - n, len(kinds)))


def layers_to_train_with_bn(kinds, n):
    found = [
        i for i in range(len(kinds)) if kinds[i] in ("conv", "bn", "dense")
    ]
    return found[len(found) - n :]


def layers_to_train_minus_zero(kinds, n):
    return [i for i in range(len(kinds)) if kinds[i] in ("conv", "dense")][-n:]


RIGHT = {
    "head_parameters": (1280 + 1) * 3,
    "gradient_steps": gradient_steps,
    "times_faster": times_faster,
    "layers_to_train": layers_to_train,
}

WRONG = {
    "head_parameters": [
        ("no_bias", 3840, "has a bias, too"),
        ("two_classes", 2562, "neither of the two cats is a class"),
        ("one_weight", 1283, "a weight for every feature"),
        ("other", 1280, "1 280 features and a bias"),
    ],
    "gradient_steps": [
        ("floor", gradient_steps_floor, "last batch of an epoch"),
        ("at_end", gradient_steps_rounds_at_the_end, "round up per epoch"),
        ("pictures", lambda n, batch, epochs: n * epochs, "for each batch"),
        ("other", lambda n, batch, epochs: batch, "count the batches"),
    ],
    "times_faster": [
        ("for_free", times_faster_for_free, "computed once"),
        ("upside_down", times_faster_upside_down, "upside down"),
        ("ratio", lambda base, top, epochs: base / top, "whole trainings"),
        ("other", lambda base, top, epochs: epochs, "base once, then"),
    ],
    "layers_to_train": [
        ("any", layers_to_train_any, "layers of any kind"),
        ("bn", layers_to_train_with_bn, "has weights, but it stays frozen"),
        ("zero", layers_to_train_minus_zero, "mind n = 0"),
        ("other", lambda kinds, n: [0], 'places of "conv" and "dense"'),
    ],
}
