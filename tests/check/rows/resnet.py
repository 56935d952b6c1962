"""Answers to the exercises of notebook 08: right ones and wrong ones."""

import numpy as np


def resnet_layers(num_blocks, convolutions):
    layers = 1
    for blocks in num_blocks:
        layers += blocks * convolutions
    return layers + 1


def resnet_layers_last_stage(num_blocks, convolutions):
    for blocks in num_blocks:
        layers = 2 + blocks * convolutions
    return layers


def relu(z):
    return np.where(z > 0, z, 0)


def residual_output(a, W, b, W_s):
    if W_s is None:
        return relu(W.dot(a) + b + a)
    return relu(W.dot(a) + b + W_s.dot(a))


def residual_output_compares_with_none(a, W, b, W_s):
    if W_s == None:  # noqa: E711
        return relu(W @ a + b + a)
    return relu(W @ a + b + W_s @ a)


def residual_output_truth_of_an_array(a, W, b, W_s):
    return relu(W @ a + b + (W_s @ a if W_s else a))


def residual_output_with_max(a, W, b, W_s):
    shortcut = a if W_s is None else W_s @ a
    return max(W @ a + b + shortcut, 0)


def residual_output_overwrites_a(a, W, b, W_s):
    if W_s is not None:
        a = W_s @ a
    return relu(W @ a + b + a)


def residual_output_second_relu(a, W, b, W_s):
    y = relu(W @ a + b)
    return relu(y + (a if W_s is None else W_s @ a))


def basic_block(needs_projection, numbers=4, kernel=9):
    """A learner's count, with the question for the projection put in."""

    def residual_parameters(c_in, filters, strides):
        first = kernel * c_in * filters + numbers * filters
        second = kernel * filters * filters + numbers * filters
        total = first + second
        if needs_projection(c_in, filters, strides):
            total += 1 * 1 * c_in * filters + numbers * filters
        return total

    return residual_parameters


def shape_changes(c_in, filters, strides):
    return c_in != filters or strides > 1


def useless_biases(first, other, stem):
    return stem + sum(
        f * (first + other * (blocks - 1))
        for f, blocks in [(64, 3), (128, 4), (256, 6), (512, 3)]
    )


RIGHT = {
    "resnet_layers": resnet_layers,
    "residual_output": residual_output,
    "residual_parameters": basic_block(shape_changes),
    "useless_biases": useless_biases(10, 6, 64),
}

# exercise: (what is wrong, the answer, words of the hint that fits)
WRONG = {
    "resnet_layers": [
        ("blocks", lambda n, c: sum(n) * c, "dense layer are missing"),
        ("no_dense", lambda n, c: sum(n) * c + 1, "one layer is missing"),
        ("one_each", lambda n, c: sum(n) + 2, "each block as one layer"),
        ("stages", lambda n, c: len(n) * c + 2, "one block a stage"),
        ("basic", lambda n, c: sum(n) * 2 + 2, "right for basic blocks"),
        ("bottleneck", lambda n, c: 3 * sum(n) + 2, "right for bottlenecks"),
        ("brackets", lambda n, c: c * (sum(n) + 2), "brackets"),
        ("projections", lambda n, c: c * sum(n) + len(n) + 1, "projections as"),
        ("all_stages", lambda n, c: c * sum(n) + len(n) + 2, "one projection"),
        ("adds", lambda n, c: (c + 1) * sum(n) + 2, "is no layer"),
        ("pooling", lambda n, c: c * sum(n) + 3, "one too many"),
        ("poolings", lambda n, c: c * sum(n) + 4, "two too many"),
        ("last", resnet_layers_last_stage, "one layer at each end"),
    ],
    "residual_output": [
        (
            "after",
            lambda a, W, b, W_s: (
                relu(W @ a + b) + (a if W_s is None else W_s @ a)
            ),
            "added before",
        ),
        ("two_relus", residual_output_second_relu, "one ReLU too many"),
        (
            "no_relu",
            lambda a, W, b, W_s: W @ a + b + (a if W_s is None else W_s @ a),
            "ReLU is missing",
        ),
        ("plain", lambda a, W, b, W_s: relu(W @ a + b), "a plain layer"),
        (
            "no_bias",
            lambda a, W, b, W_s: relu(W @ a + (a if W_s is None else W_s @ a)),
            "b is missing",
        ),
        ("always_a", lambda a, W, b, W_s: relu(W @ a + b + a), "with it, the"),
        (
            "always_W_s",
            lambda a, W, b, W_s: relu(W @ a + b + W_s @ a),
            "where it is None",
        ),
        (
            "none_at_all",
            lambda a, W, b, W_s: relu(
                W @ a + b + (0 if W_s is None else W_s @ a)
            ),
            "a itself",
        ),
        (
            "by_size",
            lambda a, W, b, W_s: relu(
                W @ a + b + (a if len(a) == len(b) else W_s @ a)
            ),
            "whether W_s is None",
        ),
        (
            "equals_none",
            residual_output_compares_with_none,
            "write `W_s is None`",
        ),
        ("truth", residual_output_truth_of_an_array, "neither true nor false"),
        (
            "np_max",
            lambda a, W, b, W_s: np.max(
                W @ a + b + (a if W_s is None else W_s @ a), 0
            ),
            "largest number of all",
        ),
        ("python_max", residual_output_with_max, "wants single numbers"),
        (
            "columns",
            lambda a, W, b, W_s: relu(
                a @ W + b + (a if W_s is None else W_s @ a)
            ),
            "W @ a takes its rows",
        ),
        (
            "b_twice",
            lambda a, W, b, W_s: relu(
                W @ a + b + (a if W_s is None else W_s @ a + b)
            ),
            "b is added once",
        ),
        ("overwritten", residual_output_overwrites_a, "a variable of its own"),
        (
            "elementwise",
            lambda a, W, b, W_s: relu(
                W * a + b + (a if W_s is None else W_s * a)
            ),
            "W @ a",
        ),
    ],
    "residual_parameters": [
        ("never", basic_block(lambda c, k, s: False), "projection is missing"),
        ("always", basic_block(lambda c, k, s: True), "has no projection"),
        ("stride", basic_block(lambda c, k, s: s > 1), "with stride 1"),
        ("channels", basic_block(lambda c, k, s: c != k), "all the same"),
        ("and", basic_block(lambda c, k, s: c != k and s > 1), "not `and`"),
        ("bn_two", basic_block(shape_changes, numbers=2), "two are measured"),
        ("no_bn", basic_block(shape_changes, numbers=0), "are missing"),
        ("biases", basic_block(shape_changes, numbers=5), "no biases"),
        ("sides", basic_block(shape_changes, kernel=3), "not three"),
        ("one_weight", basic_block(shape_changes, kernel=1), "not one"),
        ("one_conv", lambda c, k, s: 9 * c * k + 4 * k, "both 3×3"),
    ],
    "useless_biases": [
        ("no_stem", useless_biases(10, 6, 0), "stem's 64"),
        ("no_projection", useless_biases(6, 6, 64), "projections are missing"),
        ("blocks_only", useless_biases(6, 6, 0), "and the stem"),
        ("everywhere", useless_biases(10, 10, 64), "only the first block"),
        ("thin", useless_biases(7, 6, 64), "4 f."),
        ("third", useless_biases(7, 3, 64), "4 f filters"),
        ("dense", useless_biases(10, 6, 64) + 1000, "are useful"),
        ("first_only", useless_biases(10, 0, 64), "one block a stage"),
        ("statistics", 53_120, "measures"),
        ("no_idea", 1000, "for each stage"),
    ],
}
