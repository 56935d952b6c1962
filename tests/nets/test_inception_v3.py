import keras
import numpy as np
import pytest
from branches import branches
from compare import assert_same_network

from cnn_course.geometry import receptive_field
from cnn_course.nets import inception_v3 as net
from cnn_course.nets.inception_v3 import (
    inception_v2_block,
    inception_v3_a_block,
    inception_v3_b_block,
    inception_v3_c_block,
    reduction_v3_a_block,
    reduction_v3_b_block,
)

SPLIT = [[(384, 1, 3)], [(384, 3, 1)]]
# block, its arguments, its branches by the figure, weights counted by hand
BLOCKS = {
    "v2": (
        inception_v2_block,
        {"filters": (2, 3, 4, 5, 6, 7)},
        [
            [(2, 1, 1)],
            [(3, 1, 1), (4, 3, 3)],
            [(5, 1, 1), (6, 3, 3), (6, 3, 3)],
            ["average", (7, 1, 1)],
        ],
        5 * 2 + 5 * 3 + 27 * 4 + 5 * 5 + 45 * 6 + 54 * 6 + 5 * 7 + 3 * 33,
    ),
    "a": (
        inception_v3_a_block,
        {"pool_filters": 32},
        [
            [(64, 1, 1)],
            [(48, 1, 1), (64, 5, 5)],
            [(64, 1, 1), (96, 3, 3), (96, 3, 3)],
            ["average", (32, 1, 1)],
        ],
        5 * 208 + 76_800 + 55_296 + 82_944 + 3 * 464,
    ),
    "to b": (
        reduction_v3_a_block,
        {},
        [
            [(384, 3, 3, 2)],
            [(64, 1, 1), (96, 3, 3), (96, 3, 3, 2)],
            ["max/2"],
        ],
        17_280 + 320 + 55_296 + 82_944 + 3 * 640,
    ),
    "b": (
        inception_v3_b_block,
        {"filters": 16},
        [
            [(192, 1, 1)],
            [(16, 1, 1), (16, 1, 7), (192, 7, 1)],
            [(16, 1, 1), (16, 7, 1), (16, 1, 7), (16, 7, 1), (192, 1, 7)],
            ["average", (192, 1, 1)],
        ],
        5 * 416 + 4 * 1_792 + 2 * 21_504 + 3 * (4 * 192 + 6 * 16),
    ),
    "to c": (
        reduction_v3_b_block,
        {},
        [
            [(192, 1, 1), (320, 3, 3, 2)],
            [(192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3, 2)],
            ["max/2"],
        ],
        5 * 384 + 552_960 + 2 * 258_048 + 331_776 + 3 * 1_280,
    ),
    "c": (
        inception_v3_c_block,
        {},
        [
            [(320, 1, 1)],
            [(384, 1, 1), SPLIT],
            [(448, 1, 1), (384, 3, 3), SPLIT],
            ["average", (192, 1, 1)],
        ],
        5 * 1_344 + 4 * 442_368 + 1_548_288 + 3 * (1_728 + 4 * 384),
    ),
}
every_block = pytest.mark.parametrize("kind", BLOCKS)


@every_block
def test_block_is_its_figure(kind):
    block, options, table, weights = BLOCKS[kind]
    x = keras.Input((9, 8, 5))
    ours = keras.Model(x, block(x, **options, name="b"))
    figure = keras.Model(x, branches(x, table, scale=False))
    assert ours.count_params() == weights
    assert_same_network(ours, figure)


@every_block
def test_unnamed_blocks_can_follow_each_other(kind):
    block, options, *_ = BLOCKS[kind]
    x = keras.Input((9, 9, 5))
    assert len(block(block(x, **options), **options).shape) == 4


def test_two_3x3_see_as_far_as_one_5x5():
    assert receptive_field([(3, 1), (3, 1)]) == receptive_field([(5, 1)])
    x = keras.Input((9, 9, 1))
    filters = (1, 1, 1, 1, 1, 1)
    model = keras.Model(x, inception_v2_block(x, filters, name="b"))
    path = keras.Model(x, model.get_layer("b_5x5_2_conv").output)
    for layer in path.layers[1:]:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(np.ones(layer.kernel.shape))
    dot = np.zeros((1, 9, 9, 1), "float32")
    dot[0, 4, 4] = 1
    seen = np.asarray(path(dot))[0, :, :, 0] > 0
    expected = np.zeros((9, 9), bool)
    expected[2:7, 2:7] = True
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize(
    ("shape", "classes", "include_top"),
    [
        ((299, 299, 3), 1000, True),
        ((97, 101, 3), 7, True),
        ((139, 75, 1), 1, False),
    ],
)
def test_same_as_keras(shape, classes, include_top):
    options = {
        "input_shape": shape,
        "classes": classes,
        "include_top": include_top,
        "classifier_activation": None,
    }
    ours = net(**options)
    theirs = keras.applications.InceptionV3(weights=None, **options)
    assert_same_network(ours, theirs)
    if classes == 1000:
        assert ours.count_params() == 23_851_784
        for number, shape in enumerate(  # Table 1, and Keras's first two
            [(35, 256), (35, 288), (35, 288), *[(17, 768)] * 5, (8, 1280)]
            + [(8, 2048)] * 2
        ):
            side, channels = shape
            output = ours.get_layer(f"mixed{number}_concat").output
            assert output.shape == (None, side, side, channels)


def test_top_is_softmax_over_classes_and_sides_may_be_open():
    model = net((None, None, 3), 5)
    for side in (75, 80):
        p = np.asarray(model(np.ones((1, side, side + 3, 3), "float32")))
        assert p.shape == (1, 5)
        assert p.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (74, 99, 3)}, "height and width must be >= 75"),
        ({"input_shape": (99, 99)}, "input_shape must be"),
        ({"input_shape": (99, 99, None)}, "number of channels"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": 2.0}, "classes must be an int >= 1; got 2.0"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        net(**options)


def test_bad_filters():
    with pytest.raises(ValueError, match=r"filters must be six ints; got \(1"):
        inception_v2_block(keras.Input((8, 8, 3)), (1, 2, 3))
