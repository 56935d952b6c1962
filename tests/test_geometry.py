import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.geometry import (
    layer_table,
    output_size,
    padding_amounts,
    receptive_field,
    same_padding,
)


def keras_output_size(n, kernel_size, stride, padding, dilation):
    """Keras's own shape inference; None where Keras refuses."""
    try:
        return keras.ops.conv(
            keras.KerasTensor((1, n, 1)),
            keras.KerasTensor((kernel_size, 1, 1)),
            strides=stride,
            padding=padding,
            dilation_rate=dilation,
        ).shape[1]
    except ValueError:
        return None


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("kernel_size", range(1, 8))
@pytest.mark.parametrize("stride", range(1, 5))
def test_output_size_equals_keras(kernel_size, stride, padding):
    for dilation in range(1, 4):
        for n in range(1, 24):
            expected = keras_output_size(
                n, kernel_size, stride, padding, dilation
            )
            options = {
                "stride": stride,
                "padding": padding,
                "dilation": dilation,
            }
            if expected is None:
                with pytest.raises(ValueError, match="kernel must fit"):
                    output_size(n, kernel_size, **options)
            else:
                assert output_size(n, kernel_size, **options) == expected


@given(
    n=st.integers(1, 30),
    kernel_size=st.integers(1, 7),
    stride=st.integers(1, 5),
    padding=st.integers(0, 4),
    dilation=st.integers(1, 3),
)
def test_output_size_counts_the_positions(
    n, kernel_size, stride, padding, dilation
):
    reach = dilation * (kernel_size - 1)
    positions = [
        start
        for start in range(-padding, n + padding, stride)
        if start + reach < n + padding
    ]
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    if positions:
        assert output_size(n, kernel_size, **options) == len(positions)
    else:
        with pytest.raises(ValueError, match="kernel must fit"):
            output_size(n, kernel_size, **options)


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 12),
    kernel_size=st.integers(1, 5),
    stride=st.integers(1, 4),
)
def test_same_padding_amounts_are_those_of_keras(n, kernel_size, stride):
    x = np.random.default_rng(n).normal(size=(1, n, 1))
    kernel = np.random.default_rng(1).normal(size=(kernel_size, 1, 1))
    amounts = padding_amounts(n, kernel_size, stride=stride, padding="same")
    padded = np.pad(x, ((0, 0), amounts, (0, 0)))
    np.testing.assert_allclose(
        keras.ops.conv(padded, kernel, strides=stride, padding="valid"),
        keras.ops.conv(x, kernel, strides=stride, padding="same"),
        atol=1e-6,
    )


@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("kernel_size", [1, 3, 5, 11])
def test_same_padding_keeps_the_size(kernel_size, dilation):
    padding = same_padding(kernel_size, dilation=dilation)
    size = output_size(40, kernel_size, padding=padding, dilation=dilation)
    assert size == 40


def measured_field(layers, n=64):
    """Pixels that change the middle output, found one by one."""
    reach = {n // 2}  # positions of the last layer, traced back to the input
    for kernel_size, stride in reversed(layers):
        reach = {p * stride + i for p in reach for i in range(kernel_size)}
    return max(reach) - min(reach) + 1


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3)), max_size=5))
def test_receptive_field_traced_back(layers):
    size, jump = receptive_field(layers)
    # A kernel smaller than the stride below leaves holes, not a smaller field.
    assert size == measured_field(layers)
    assert jump == np.prod([stride for _, stride in layers], dtype=int)


def test_layer_table_counted_by_hand():
    model = keras.Sequential(
        [
            keras.Input((10, 12, 3)),
            keras.layers.Conv2D(4, 3, name="conv"),  # 8×10×4, 27 each
            keras.layers.BatchNormalization(name="bn"),
            keras.layers.DepthwiseConv2D(3, padding="same", name="dw"),
            keras.layers.SeparableConv2D(6, 3, strides=2, name="sep"),  # 3×4
            keras.layers.Conv2DTranspose(2, 2, strides=2, name="up"),
            keras.layers.MaxPooling2D(2, name="pool"),  # 3×4×2
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(5, name="dense"),
        ]
    )
    table = layer_table(model)
    counts = {row.name: row.multiplications for row in table.rows}
    assert counts == {
        "conv": 8 * 10 * 4 * 27,
        "bn": 0,
        "dw": 8 * 10 * 4 * 9,
        "sep": 3 * 4 * (4 * 9 + 4 * 6),
        "up": 3 * 4 * 6 * 2 * 4,
        "pool": 0,
        "flat": 0,
        "dense": 24 * 5,
    }
    assert table.rows[0].output_shape == (8, 10, 4)
    assert table.totals["parameters"] == model.count_params()
    assert table.totals["multiplications"] == sum(counts.values())


def test_layer_table_with_the_channels_first():
    """The positions were taken from the channels."""
    kinds = {
        "Conv2D": lambda **d: keras.layers.Conv2D(4, 3, **d),
        "Depthwise": lambda **d: keras.layers.DepthwiseConv2D(
            3, strides=2, **d
        ),
        "Separable": lambda **d: keras.layers.SeparableConv2D(5, 3, **d),
        "Transposed": lambda **d: keras.layers.Conv2DTranspose(2, 2, **d),
    }
    for name, make in kinds.items():
        counts = [
            layer_table(
                keras.Sequential([keras.Input(shape), make(**d)])
            ).totals
            for shape, d in (
                ((8, 9, 3), {}),
                ((3, 8, 9), {"data_format": "channels_first"}),
            )
        ]
        assert counts[0] == counts[1], name


def test_layer_table_groups_and_nested_models():
    inner = keras.Sequential(
        [keras.Input((6, 6, 4)), keras.layers.Conv2D(8, 1, groups=2)],
        name="inner",
    )
    inputs = keras.Input((6, 6, 4))
    outputs = keras.layers.Dense(3)(inner(inputs))
    rows = layer_table(keras.Model(inputs, outputs)).rows
    assert [row.kind for row in rows] == ["Input", "Sequential", "Dense"]
    assert rows[1].multiplications == 6 * 6 * 8 * 2  # half the inputs each
    assert rows[2].multiplications == 6 * 6 * 8 * 3


def test_layer_table_of_a_nested_functional_model():
    pictures = keras.Input((6, 6, 4))
    two = keras.layers.Conv2D(8, 3)(keras.layers.Conv2D(5, 1)(pictures))
    inner = keras.Model(pictures, two, name="base")
    inputs = keras.Input((6, 6, 4))
    model = keras.Model(inputs, keras.layers.Flatten()(inner(inputs)))
    counts = [row.multiplications for row in layer_table(model).rows]
    assert counts == [0, 6 * 6 * 4 * 5 + 4 * 4 * 8 * 9 * 5, 0]


def test_layer_table_names_the_nested_model_without_sizes():
    inner = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(1, 3)],
        name="base",
    )
    inputs = keras.Input((6, 6, 3))
    with pytest.raises(ValueError, match=r"models in it, .* layer 'base'"):
        layer_table(keras.Model(inputs, inner(inputs)))


def test_layer_table_shows_every_row_twice():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1000)])
    table = layer_table(model)
    for text in (repr(table), table._repr_html_()):
        assert "5,000" in text
        assert "4,000" in text
        assert "total" in text
    assert len(repr(table).splitlines()) == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: output_size(2.5, 3), r"n must be an int >= 1; got 2\.5"),
        (lambda: output_size(0, 3), "n must be an int >= 1; got 0"),
        (lambda: output_size(5, 0), "kernel_size must be an int >= 1; got 0"),
        (lambda: output_size(5, 3, stride=0), "stride must be an int >= 1"),
        (lambda: output_size(5, 3, stride=1.5), r"stride .* got 1\.5"),
        (lambda: output_size(5, 3, stride=True), "stride .* got True"),
        (lambda: output_size(5, 3, dilation=0), "dilation must be an int"),
        (lambda: output_size(5, 3, padding="full"), '"valid", "same"'),
        (lambda: output_size(5, 3, padding=-1), "padding must be an int >= 0"),
        (lambda: output_size(5, 3, padding=0.5), r"padding .* got 0\.5"),
        (lambda: output_size(3, 5), "spans 5 pixels and the side has 3"),
        (lambda: output_size(4, 3, dilation=2), "spans 5 pixels"),
        (lambda: same_padding(4), "kernel_size must be odd .* got 4"),
        (lambda: same_padding(0), "kernel_size must be an int >= 1"),
        (lambda: same_padding(3, dilation=0), "dilation must be an int"),
        (lambda: receptive_field([3]), "pairs .* got 3"),
        (lambda: receptive_field([(3, 0)]), "stride must be an int >= 1"),
        (lambda: receptive_field([(0, 1)]), "kernel_size must be an int"),
        (lambda: layer_table("vgg16"), "must be a keras.Model; got 'vgg16'"),
        (
            lambda: layer_table(keras.Sequential([keras.layers.Dense(2)])),
            "needs a built",
        ),
        (
            lambda: layer_table(
                keras.Sequential(
                    [
                        keras.Input((None, None, 3)),
                        keras.layers.Conv2D(1, 3),
                    ]
                )
            ),
            "fixed input size",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_numpy_integers_are_integers():
    assert output_size(np.int64(7), np.int32(3), stride=np.int64(2)) == 3
    size = output_size(np.uint8(250), 3, padding=10)  # more than 255
    assert (size, type(size)) == (268, int)
