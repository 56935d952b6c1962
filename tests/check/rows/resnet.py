"""Answers to the exercises of notebook 08: right ones and wrong ones."""

import keras
import numpy as np
from keras import layers


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


def count_with(needs_projection, numbers=4, kernel=9):
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


def conv_norm(x, filters, kernel_size, strides=1):
    x = layers.Conv2D(
        filters, kernel_size, strides=strides, padding="same", use_bias=False
    )(x)
    return layers.BatchNormalization()(x)


def basic_block(x, filters, strides):
    shortcut = x
    y = conv_norm(x, filters, 3, strides)
    y = conv_norm(layers.Activation("relu")(y), filters, 3)
    if y.shape != shortcut.shape:
        shortcut = conv_norm(shortcut, filters, 1, strides)
    return keras.activations.relu(y + shortcut)


def basic_block_pads_itself(x, filters, strides):
    def conv_norm(x, strides=1):
        x = layers.ZeroPadding2D()(x)
        x = layers.Conv2D(filters, 3, strides, use_bias=False)(x)
        return layers.BatchNormalization(epsilon=1.001e-5, momentum=0.9)(x)

    y = conv_norm(layers.ReLU()(conv_norm(x, strides)))
    if strides > 1 or x.shape[-1] != filters:
        x = layers.Dense(filters, use_bias=False)(x[:, ::strides, ::strides])
        x = layers.BatchNormalization()(x)
    return keras.ops.maximum(keras.ops.add(x, y), 0)


class BasicBlock(layers.Layer):
    def __init__(self, filters, strides):
        super().__init__()
        how = {"padding": "same", "use_bias": False}
        self.shortcut = keras.Sequential(
            [
                layers.Conv2D(filters, 1, strides=strides, **how),
                layers.BatchNormalization(),
            ]
        )
        self.branch = keras.Sequential(
            [
                layers.Conv2D(filters, 3, strides=strides, **how),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.Conv2D(filters, 3, **how),
                layers.BatchNormalization(),
            ]
        )

    def build(self, shape):
        same = self.branch.compute_output_shape(shape) == tuple(shape)
        if same:
            self.shortcut = layers.Identity()

    def call(self, x):
        return keras.ops.relu(self.branch(x) + self.shortcut(x))


def basic_block_as_layer(x, filters, strides):
    return BasicBlock(filters, strides)(x)


def basic_block_relu_before(x, filters, strides):
    y = layers.ReLU()(conv_norm(x, filters, 3, strides))
    y = layers.ReLU()(conv_norm(y, filters, 3))
    if strides != 1 or x.shape[-1] != filters:
        x = conv_norm(x, filters, 1, strides)
    return layers.Add()([y, x])


def basic_block_overwrites_x(x, filters, strides):
    x = layers.ReLU()(conv_norm(x, filters, 3, strides))
    y = conv_norm(x, filters, 3)
    return layers.ReLU()(layers.add([x, y]))


def basic_block_never_projects(x, filters, strides):
    y = layers.ReLU()(conv_norm(x, filters, 3, strides))
    return layers.ReLU()(conv_norm(y, filters, 3) + x)


def basic_block_projects_by_stride(x, filters, strides):
    y = layers.ReLU()(conv_norm(x, filters, 3, strides))
    y = conv_norm(y, filters, 3)
    if strides == 2:
        x = conv_norm(x, filters, 1, strides)
    return layers.ReLU()(y + x)


def basic_block_always_projects(x, filters, strides):
    y = layers.ReLU()(conv_norm(x, filters, 3, strides))
    x = conv_norm(x, filters, 1, strides)
    return layers.ReLU()(conv_norm(y, filters, 3) + x)


def basic_block_bare_projection(x, filters, strides):
    y = layers.ReLU()(conv_norm(x, filters, 3, strides))
    y = conv_norm(y, filters, 3)
    if x.shape != y.shape:
        x = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
    return layers.ReLU()(y + x)


def basic_block_biases(x, filters, strides):
    y = layers.Conv2D(filters, 3, strides, padding="same")(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same")(y)
    y = layers.BatchNormalization()(y)
    return layers.ReLU()(x + y)


def basic_block_relu_in_conv(x, filters, strides):
    how = {"padding": "same", "use_bias": False}
    y = layers.Conv2D(filters, 3, strides, activation="relu", **how)(x)
    y = layers.BatchNormalization()(y)
    y = layers.Conv2D(filters, 3, **how)(y)
    y = layers.BatchNormalization()(y)
    return layers.ReLU()(x + y)


def basic_block_no_norms(x, filters, strides):
    how = {"padding": "same", "use_bias": False}
    y = layers.Conv2D(filters, 3, strides, activation="relu", **how)(x)
    y = layers.Conv2D(filters, 3, **how)(y)
    return layers.ReLU()(x + y)


def basic_block_two_slips(x, filters, strides):
    y = conv_norm(conv_norm(x, filters, 3, strides), filters, 3)
    return layers.ReLU()(y + x)


RIGHT = {
    "resnet_layers": resnet_layers,
    "residual_output": residual_output,
    "residual_parameters": count_with(shape_changes),
    "useless_biases": useless_biases(10, 6, 64),
    "basic_block": basic_block,
}

ALSO_RIGHT = {"basic_block": [basic_block_pads_itself, basic_block_as_layer]}

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
        ("adds", lambda n, c: (c + 1) * sum(n) + 2, "too many for each block"),
        ("pooling", lambda n, c: c * sum(n) + 3, "one too many"),
        ("poolings", lambda n, c: c * sum(n) + 4, "two too many"),
        (
            "product",
            lambda n, c: c * int(np.prod(n)) + 2,
            "their blocks add up",
        ),
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
        ("never", count_with(lambda c, k, s: False), "projection is missing"),
        ("always", count_with(lambda c, k, s: True), "has no projection"),
        ("stride", count_with(lambda c, k, s: s > 1), "with stride 1"),
        ("channels", count_with(lambda c, k, s: c != k), "all the same"),
        ("and", count_with(lambda c, k, s: c != k and s > 1), "not `and`"),
        ("bn_two", count_with(shape_changes, numbers=2), "two are measured"),
        ("no_bn", count_with(shape_changes, numbers=0), "are missing"),
        ("biases", count_with(shape_changes, numbers=5), "no biases"),
        ("sides", count_with(shape_changes, kernel=3), "not three"),
        ("one_weight", count_with(shape_changes, kernel=1), "not one"),
        ("one_conv", lambda c, k, s: 9 * c * k + 4 * k, "both 3×3"),
    ],
    "useless_biases": [
        ("no_stem", useless_biases(10, 6, 0), "stem's 64"),
        ("three", useless_biases(10, 6, 64) - 256, "the first stage has one"),
        ("no_projection", useless_biases(6, 6, 64), "projections are missing"),
        ("blocks_only", useless_biases(6, 6, 0), "and the stem"),
        ("everywhere", useless_biases(10, 10, 64), "only the first block"),
        ("thin", useless_biases(7, 6, 64), "4 f."),
        ("third", useless_biases(7, 3, 64), "4 f filters"),
        ("dense", useless_biases(10, 6, 64) + 1000, "are useful"),
        ("first_only", useless_biases(10, 0, 64), "one block a stage"),
        ("statistics", 53_120, "measures"),
        ("one_each", 53, "for each of its filters"),
        ("no_idea", 1000, "for each stage"),
    ],
    "basic_block": [
        ("before", basic_block_relu_before, "after the addition, not"),
        ("overwrites", basic_block_overwrites_x, "overwrite x on the way"),
        ("never", basic_block_never_projects, "brings x into the right shape"),
        ("by_stride", basic_block_projects_by_stride, "change of the channels"),
        ("always", basic_block_always_projects, "without a projection"),
        ("bare", basic_block_bare_projection, "normalisation, too"),
        ("biases", basic_block_biases, "use_bias=False"),
        ("in_conv", basic_block_relu_in_conv, "before ReLU"),
        ("no_norms", basic_block_no_norms, "2 expected, not 0"),
        ("two_slips", basic_block_two_slips, "between the two convolutions"),
        ("plain", lambda x, f, s: conv_norm(x, f, 3), "2 expected, not 1"),
    ],
}
