"""The judge of blocks alone, on a small block of its own."""

import dataclasses
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from cnn_course.check.block import BlockExercise, Shape
from cnn_course.check.built import build, orders
from cnn_course.nets.resnet import residual_block


def block(x, filters, strides=1, *, slip=""):
    """A residual block with a projection where the shapes differ."""

    def conv_bn(x, kernel_size, strides=1):
        conv = layers.Conv2D(
            filters, kernel_size, strides, "same", use_bias=slip == "bias"
        )
        return layers.BatchNormalization()(conv(x))

    y = layers.ReLU()(conv_bn(x, 3, strides))
    y = conv_bn(y, 3)
    if slip == "two relus":
        y = layers.ReLU()(y)
    if slip != "never" and (strides != 1 or x.shape[-1] != filters):
        x = conv_bn(x, 1, strides)
    return layers.ReLU()(layers.Add()([x, y]))


CASES = (
    (Shape((5, 5, 3)), 3, 1),
    (Shape((5, 7, 3)), 4, 2),
    (Shape((5, 5, 3)), 3, 2),
)
JUDGE = BlockExercise(
    "block",
    block,
    CASES,
    (
        (partial(block, slip="two relus"), "one ReLU too many."),
        (partial(block, slip="never"), "no projection."),
    ),
    "add, then ReLU.",
)


def hint(answer, judge=JUDGE):
    verdict = judge(answer)
    assert verdict.status == "failed", verdict.text
    return verdict.text.split("Hint: ")[1]


# --- Right blocks, in many styles --------------------------------------------


def projection_first_and_operators(x, filters, strides):
    shortcut = x
    if strides != 1 or x.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
        shortcut = layers.BatchNormalization(epsilon=1e-5)(shortcut)
    y = layers.ZeroPadding2D(1)(x)
    y = layers.Conv2D(filters, 3, strides, use_bias=False)(y)
    y = layers.Activation("relu")(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    return keras.ops.maximum(shortcut + y, 0)


class Block(layers.Layer):
    def __init__(self, filters, strides):
        super().__init__()
        self.filters, self.strides, self.projection = filters, strides, None

    def conv_bn(self, kernel_size, strides):
        conv = {"strides": strides, "padding": "same", "use_bias": False}
        return [
            layers.Conv2D(self.filters, kernel_size, **conv),
            layers.BatchNormalization(),
        ]

    def build(self, shape):
        self.branch = keras.Sequential(
            [
                *self.conv_bn(3, self.strides),
                layers.ReLU(),
                *self.conv_bn(3, 1),
            ]
        )
        if self.strides != 1 or shape[-1] != self.filters:
            self.projection = keras.Sequential(self.conv_bn(1, self.strides))

    def call(self, x, training=None):
        y = self.branch(x, training=training)
        if self.projection is not None:
            x = self.projection(x, training=training)
        return keras.ops.relu(keras.ops.add(x, y))


def as_layer(x, filters, strides):
    return Block(filters, strides)(x)


def as_model_inside(x, filters, strides):
    inside = keras.Input(x.shape[1:])
    return keras.Model(inside, block(inside, filters, strides))(x)


def dense_for_one_by_one(x, filters, strides):
    y = layers.Conv2D(filters, 3, strides, "same", use_bias=False)(x)
    y = keras.activations.relu(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    if strides != 1 or x.shape[-1] != filters:
        x = layers.Dense(filters, use_bias=False)(x[:, ::strides, ::strides])
        x = layers.BatchNormalization()(x)
    return layers.add([x, y], name="sum") * keras.ops.cast(x + y > 0, x.dtype)


@pytest.mark.parametrize(
    "answer",
    [
        block,
        projection_first_and_operators,
        as_layer,
        as_model_inside,
        dense_for_one_by_one,
    ],
)
def test_right_in_many_styles(answer):
    verdict = JUDGE(answer)
    assert verdict, verdict.text
    # 2 · (9 · 3 · 3) weights, 2 · 4 · 3 numbers of batch normalisation
    assert "right in all 3 cases" in verdict.text
    assert "The first has 186 parameters." in verdict.text


def test_a_grouped_convolution_is_a_depthwise_one():
    judge = BlockExercise(
        "depthwise",
        lambda x: layers.DepthwiseConv2D(3, use_bias=False)(x),
        ((Shape((5, 4, 3)),),),
        (),
        "one filter for each channel.",
    )
    assert judge(lambda x: layers.Conv2D(3, 3, groups=3, use_bias=False)(x))
    assert hint(lambda x: layers.Conv2D(3, 3, use_bias=False)(x), judge) == (
        "number of layers, 3×3 depthwise convolution: 1 expected, not 0."
    )


def test_several_tensors():
    judge = BlockExercise(
        "join",
        lambda x, skip: layers.Concatenate()([x, layers.Dense(2)(skip)]),
        ((Shape((4, 4, 2)), Shape((4, 4, 3))),),
        (),
        "x first.",
    )
    dense = layers.Dense
    assert judge(lambda x, skip: keras.ops.concatenate([x, dense(2)(skip)], -1))
    assert (
        hint(lambda x, skip: layers.Concatenate()([dense(2)(skip), x]), judge)
        == "x first."
    )
    assert "from 2 to 2" in hint(
        lambda x, skip: layers.Concatenate()([x, dense(2)(x)]), judge
    )


def test_like_layers_may_be_made_in_any_order():
    def chain(x, swapped=False):
        first, second = (layers.Dense(3), layers.Dense(3))
        for dense in (first, second):
            dense.build(x.shape)
        if swapped:
            first, second = second, first
        return second(layers.ReLU()(first(x)))

    judge = BlockExercise("chain", chain, ((Shape((4, 3)),),), (), "")
    assert judge(lambda x: chain(x, swapped=True))


def test_like_layers_have_different_weights():
    def pair(x, merge):
        return merge([layers.Dense(3)(x), layers.Dense(3)(x)])

    judge = BlockExercise(
        "pair", partial(pair, merge=layers.maximum), ((Shape((3,)),),), (), "!"
    )
    assert judge(lambda x: pair(x, keras.layers.maximum))
    # from equal weights the maximum of the two is their mean
    assert hint(lambda x: pair(x, layers.average), judge) == "!"


# --- The first thing that differs --------------------------------------------


def facts(answer, judge=JUDGE):
    lines = judge(answer).text.splitlines()
    return [line[10:] for line in lines[1:4]]


def test_the_report_shows_arguments_and_shapes():
    assert facts(lambda x, filters, strides: layers.Conv2D(7, 3)(x)) == [
        "x of shape (None, 5, 5, 3), filters=3, strides=1",
        "shape (None, 5, 5, 3)",
        "shape (None, 3, 3, 7)",
    ]


def test_the_report_counts_parameters():
    _, expected, got = facts(partial(block, slip="bias"))
    layers_of_both = "(3×3 convolution: 2, batch normalisation: 2)"
    assert expected == f"186 parameters, 174 of them trained {layers_of_both}"
    assert got == f"192 parameters, 180 of them trained {layers_of_both}"


def test_the_report_compares_values():
    _, expected, got = facts(partial(block, slip="two relus"))
    assert expected.startswith("from the same weights, at inference: values f")
    assert 0 < int(got.split("; ")[1].split("%")[0]) < 100


def frozen(x, filters, strides):
    y = layers.Conv2D(filters, 3, strides, "same", use_bias=False)(x)
    norm = layers.BatchNormalization(trainable=False)
    y = layers.ReLU()(norm(y))
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    return layers.ReLU()(x + y)


def one_norm_for_all(x, filters, strides):
    norm = layers.BatchNormalization()
    y = layers.Conv2D(filters, 3, strides, "same", use_bias=False)(x)
    y = layers.ReLU()(norm(y))
    y = norm(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    return layers.ReLU()(x + y)


def one_norm(x, filters, strides):
    y = layers.Conv2D(filters, 3, strides, "same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    return layers.ReLU()(x + y)


def wide_inside(x, filters, strides):
    y = layers.Conv2D(9, 3, strides, "same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    return layers.ReLU()(x + y)


def adds_unequal_shapes(x, filters, strides):
    return x + layers.Conv2D(filters, 3)(x)


class StopsWithNumbers(layers.Layer):
    def call(self, x):
        if tf.executing_eagerly():
            raise ArithmeticError
        return x


def yields(x, filters, strides):
    yield block(x, filters, strides)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (partial(block, slip="bias"), "with a bias: 2; expected: 0. Batch"),
        (partial(block, slip="two relus"), "one ReLU too many."),
        (partial(block, slip="never"), "no projection."),
        (lambda x, f, s: layers.Flatten()(x), "must have 4 axes, not 2"),
        (lambda x, f, s: layers.Conv2D(8, 3)(x), "3 channels, not 8"),
        (lambda x, f, s: layers.Conv2D(f, 3)(x), "must be (5, 5), not (3, 3)"),
        (lambda x, f, s: x, "3×3 convolution: 2 expected, not 0"),
        (one_norm, "batch normalisation: 2 expected, not 1"),
        (one_norm_for_all, "a batch normalisation is called more than once"),
        (wide_inside, "yours has a 3×3 convolution from 3 to 9 channels"),
        (frozen, "none frozen"),
        (
            lambda x, f, s: layers.Dropout(0.5)(block(x, f, s)),
            "right at inference, but not in training",
        ),
        (
            lambda x, f, s: StopsWithNumbers()(block(x, f, s)),
            "the call stops with ArithmeticError",
        ),
        (lambda x, f, s: -block(x, f, s), "add, then ReLU."),
        (adds_unequal_shapes, "have unequal shapes"),
        (lambda x, f, s: np.maximum(x, 0), "keras.ops, not NumPy or tf"),
        (lambda x, f, s: tf.nn.relu(x), "keras.ops, not NumPy or tf"),
        (lambda x, f, s: [][f], "stops in line"),
        (lambda: 1, "stops with TypeError"),
        (lambda x, f, s: print(end=""), "is `return` missing?"),
        (lambda x, f, s: [x, x], "one tensor is asked for"),
        (lambda x, f, s: layers.ReLU(), "that is a layer; call it"),
        (lambda x, f, s: keras.Model(x, x), "not a model"),
        (lambda x, f, s: keras.Input((5, 5, 3)), "does not depend on the inp"),
        (lambda x, f, s: keras.KerasTensor((5,)), "does not depend on the inp"),
        (yields, "it must `return` the tensor"),
        (lambda x, f, s: 2.5, "asked for, not float"),
        (lambda x, f, s: np.zeros((2, 2)), "asked for, not ndarray"),
        (residual_block, "residual_block is the package's own"),
        (lambda *a: residual_block(*a), "residual_block is the package's own"),
    ],
)
def test_what_differs_is_told(answer, words):
    assert words in hint(answer)


def test_the_package_s_block_is_right_where_it_may_be_called():
    assert dataclasses.replace(JUDGE, by_hand=())(residual_block)


def test_untouched_or_no_function():
    def stub(x, filters, strides):
        """Return the block's output."""
        ...

    assert JUDGE(stub).status == JUDGE(...).status == "untouched"
    for answer in (None, 3, keras.KerasTensor((5,))):
        assert "hand over the function itself" in JUDGE(answer).text


def test_a_mistake_in_another_case_is_named_too():
    def never_and_two_relus(x, filters, strides):
        slip = "never" if strides > 1 else "two relus"
        return block(x, filters, strides, slip=slip)

    assert hint(never_and_two_relus) == "one ReLU too many."


def test_nothing_is_printed(capsys, recwarn):
    JUDGE(block)
    JUDGE(partial(block, slip="never"))
    assert capsys.readouterr() == ("", "")
    assert not recwarn.list


def test_the_weights_are_as_after_a_training():
    built = build(block, CASES[1])
    statistics = [w for p in built.parts for w in p.weights if "mov" in w.name]
    assert len(statistics) == 6
    assert all(np.ptp(np.asarray(weight)) > 0.1 for weight in statistics)
    assert len(list(orders(built.parts))) == 6  # three like normalisations
