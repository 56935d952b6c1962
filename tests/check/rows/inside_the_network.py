"""Answers to the exercises of notebook 25: right ones and wrong ones."""

import numpy as np


def cam(maps, gradient):
    heat = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        heat += maps[..., k] * np.mean(gradient[..., k])
    return np.where(heat > 0, heat, 0)


def below_zero(maps, gradient):
    return maps @ gradient.mean(axis=(0, 1))


def by_place(maps, gradient):
    return np.maximum((maps * gradient).sum(axis=2), 0)


def summed(maps, gradient):
    return np.maximum(maps @ gradient.sum(axis=(0, 1)), 0)


def weights_cut(maps, gradient):
    return maps @ np.maximum(gradient.mean(axis=(0, 1)), 0)


def fgsm_step(picture, gradient, epsilon):
    moved = picture + np.where(gradient > 0, epsilon, 0)
    moved = moved - np.where(gradient < 0, epsilon, 0)
    return np.minimum(np.maximum(moved, 0), 1)


def not_cut(picture, gradient, epsilon):
    return picture + epsilon * np.sign(gradient)


def without_sign(picture, gradient, epsilon):
    return np.clip(picture + epsilon * gradient, 0, 1)


def downhill(picture, gradient, epsilon):
    return np.clip(picture - epsilon * np.sign(gradient), 0, 1)


def no_epsilon(picture, gradient, epsilon):
    return np.clip(picture + np.sign(gradient), 0, 1)


RIGHT = {
    "cam": cam,
    "fgsm_step": fgsm_step,
    "largest_change": 1.568,
    "occlusion_passes": 7 * 5,
}

WRONG = {
    "cam": [
        ("below", below_zero, "nothing below 0"),
        ("place", by_place, "one weight"),
        ("sum", summed, "not its sum"),
        ("weights", weights_cut, "at the end"),
        ("mean", lambda m, g: cam(m, g) / m.shape[2], "sum over the channels"),
        ("other", lambda m, g: m[..., 0] * 0 + 7, "one for each channel"),
    ],
    "fgsm_step": [
        ("cut", not_cut, "within 0 and 1"),
        ("sign", without_sign, "whole epsilon"),
        ("down", downhill, "up the gradient"),
        ("epsilon", no_epsilon, "is missing"),
        ("other", lambda x, g, epsilon: x * 0, "sign of the gradient"),
    ],
    "largest_change": [
        ("one", 0.002, "all 784 move"),
        ("weight", 784 * 0.02, "its weight"),
        ("zero", 0, "nothing"),
        ("noise", 28 * 0.002, "the root"),
        ("other", 5, "784 times"),
    ],
    "occlusion_passes": [
        ("all", 8 * 6, "must fit"),
        ("zero", 6 * 4, "count the place at 0"),
        ("side", 4 * 3, "overlap"),
        ("pixels", 64 * 48, "not every pixel"),
        ("other", 1, "rows times"),
    ],
}
