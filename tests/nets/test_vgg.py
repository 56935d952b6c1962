import keras
import numpy as np
import pytest
from compare import assert_same_network
from keras import layers

from cnn_course import nets
from cnn_course.nets.vgg import vgg, vgg_block


def build(size, channels, filters, num_convs):
    x = keras.Input((size, size, channels))
    return keras.Model(x, vgg_block(x, filters, num_convs, name="b"))


@pytest.mark.parametrize(
    ("channels", "filters", "num_convs", "weights"),
    [
        (3, 64, 2, 1792 + 36_928),  # the notes' table, rows 1 and 2
        (256, 512, 3, 1_180_160 + 2 * 2_359_808),  # rows 8 to 10
        (1, 5, 1, 9 * 5 + 5),
    ],
)
def test_shape_and_weight_count(channels, filters, num_convs, weights):
    model = build(9, channels, filters, num_convs)
    assert model.output_shape == (None, 4, 4, filters)
    assert model.count_params() == weights


def test_copying_kernels_leave_relu_and_max_pool():
    model = build(6, 4, 4, 3)
    kernel = np.zeros((3, 3, 4, 4))
    kernel[1, 1] = np.eye(4)
    for i in (1, 2, 3):
        model.get_layer(f"b_conv{i}").kernel.assign(kernel)
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 4)).astype("float32")
    windows = np.maximum(x, 0).reshape(2, 3, 2, 3, 2, 4)
    np.testing.assert_array_equal(model(x), windows.max(axis=(2, 4)))


@pytest.mark.parametrize("num_convs", [1, 2, 3])
def test_a_stack_sees_two_pixels_more_a_convolution(num_convs):
    # Ones in every kernel carry one bright pixel as far as a stack can.
    x = np.zeros((1, 16, 16, 1), "float32")
    x[0, 8, 8] = 1
    model = build(16, 1, 1, num_convs)
    for i in range(num_convs):
        model.get_layer(f"b_conv{i + 1}").kernel.assign(np.ones((3, 3, 1, 1)))
    before_pool = keras.Model(
        model.input, model.get_layer(f"b_conv{num_convs}").output
    )
    reached = np.asarray(before_pool(x))[0, :, :, 0] > 0
    assert reached.any(axis=0).sum() == 2 * num_convs + 1
    assert reached.sum() == (2 * num_convs + 1) ** 2


def test_unnamed_blocks_can_follow_each_other():
    x = keras.Input((8, 8, 4))
    assert vgg_block(vgg_block(x, 4, 1), 6, 2).shape == (None, 2, 2, 6)


@pytest.mark.parametrize("num_convs", [0, 1.5, (2, 2), "2", None])
def test_num_convs_error(num_convs):
    with pytest.raises(ValueError, match="num_convs must be an int >= 1; got"):
        build(9, 8, 8, num_convs)


@pytest.mark.parametrize(
    ("depth", "weights"), [(16, 138_357_544), (19, 143_667_240)]
)
def test_default_network_is_that_of_keras(depth, weights):
    ours = getattr(nets, f"vgg{depth}")(classifier_activation=None)
    theirs = getattr(keras.applications, f"VGG{depth}")(
        weights=None, classifier_activation=None
    )
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert ours.count_params() == weights
    assert ours.output_shape == (None, 1000)
    assert ours.name == f"vgg{depth}"
    if depth == 16:  # 19 differs in its numbers of convolutions only
        assert_same_network(ours, theirs)


@pytest.mark.parametrize(
    ("depth", "shape", "classes", "include_top", "activation"),
    [
        (16, (97, 101, 3), 7, True, None),
        (16, (75, 139, 1), 1, False, None),
        (16, (32, 32, 3), 10, True, "softmax"),
        (19, (97, 101, 3), 7, True, None),
    ],
)
def test_same_as_keras(depth, shape, classes, include_top, activation):
    options = {
        "input_shape": shape,
        "classes": classes,
        "include_top": include_top,
        "classifier_activation": activation,
    }
    theirs = getattr(keras.applications, f"VGG{depth}")
    ours = getattr(nets, f"vgg{depth}")
    assert_same_network(ours(**options), theirs(weights=None, **options))


@pytest.mark.parametrize("depth", [16, 19])
def test_name_counts_the_layers_with_weights(depth):
    model = getattr(nets, f"vgg{depth}")((32, 32, 3), 10)
    kinds = (layers.Conv2D, layers.Dense)
    assert sum(isinstance(layer, kinds) for layer in model.layers) == depth


def test_stages_halve_the_map():
    model = nets.vgg19(include_top=False)
    shapes = [
        layer.output.shape[1:]
        for layer in model.layers
        if isinstance(layer, layers.MaxPooling2D)
    ]
    assert shapes == [  # Simonyan & Zisserman 2014, Table 1
        (112, 112, 64),
        (56, 56, 128),
        (28, 28, 256),
        (14, 14, 512),
        (7, 7, 512),
    ]


def test_any_depth():
    model = vgg((1, 1, 2, 2, 2), include_top=False)  # column A
    convolutions = [x for x in model.layers if isinstance(x, layers.Conv2D)]
    assert len(convolutions) + 3 == 11


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (31, 64, 3)}, "height and width must be >= 32"),
        ({"input_shape": (64, 64)}, "input_shape must be"),
        ({"input_shape": (64, 64, None)}, "number of channels"),
        ({"input_shape": (None, 64, 3)}, "fixed with include_top=True"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": 2.0}, "classes must be an int >= 1; got 2.0"),
    ],
)
@pytest.mark.parametrize("net", [nets.vgg16, nets.vgg19])
def test_bad_input(net, options, message):
    with pytest.raises(ValueError, match=message):
        net(**options)


@pytest.mark.parametrize("num_convs", [(2, 2, 3, 3), (1,) * 6, ()])
def test_stages_error(num_convs):
    with pytest.raises(ValueError, match="num_convs must hold one int for"):
        vgg(num_convs)


def test_open_sides():
    model = nets.vgg16((None, None, 3), include_top=False)
    for side in (32, 69):
        x = np.zeros((1, side, side + 3, 3), "float32")
        assert model(x).shape == (1, side // 32, side // 32, 512)
