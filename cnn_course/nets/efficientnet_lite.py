"""EfficientNet-Lite: Tan & Le 2019, https://arxiv.org/abs/1905.11946.

EfficientNet without what small devices are slow at: no squeeze-excite, ReLU6
in place of swish, a stem and a last convolution that do not grow. Block:
lite_block. Networks: efficientnet_lite0 to lite4, and efficientnet_lite for
any width and depth.

The paper is EfficientNet's, whose stages and scaling rule these are. Lite has
none: it is the authors' code of March 2020, models/official/efficientnet/lite
in https://github.com/tensorflow/tpu.
"""

import math

import keras
from keras import layers


def lite_block(
    x, filters, kernel_size, strides=1, expansion=6, drop_path_rate=0, name=None
):
    """Expand the channels, convolve each one, project to few, add x.

    EfficientNet's block without squeeze-excite, with ReLU6: MobileNet v2's
    block for any size of kernel.
    Parameters: S²·E + E·K + 4·E + 4·K (+ C·E + 4·E for the first convolution,
    which expansion=1 leaves out), with C input channels, E = expansion·C, S
    the kernel's side and K filters; batch normalisation has four numbers a
    channel.

    Source: Tan & Le 2019, Table 1, as changed in the authors' code of Lite.
    Differs: initial weights are Keras's default ones.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, output channels.
        kernel_size: int >= 1, of the depthwise convolution.
        strides: int >= 1, of the depthwise convolution.
        expansion: int >= 1, how many times the channels grow inside.
        drop_path_rate: 0 to 1, how often training leaves the block out, for
            each picture by itself; only where the input is added.
        name: layer-name prefix such as "block2_1"; None: Keras picks.

    Returns:
        Tensor (batch, ceil(height / strides), ceil(width / strides), filters).

    Raises:
        ValueError: strides is no int >= 1.
    """
    if not isinstance(strides, int) or strides < 1:
        raise ValueError(f"strides must be an int >= 1; got {strides!r}.")

    def put(kind, part, y, *args, **options):
        return kind(*args, **options, name=name and f"{name}_{part}")(y)

    def conv_bn(kind, part, y, *args):
        y = put(kind, f"{part}_conv", y, *args, use_bias=False)
        return put(layers.BatchNormalization, f"{part}_bn", y)

    y, channels = x, x.shape[-1]
    if expansion != 1:
        y = conv_bn(layers.Conv2D, "expand", y, expansion * channels, 1)
        y = put(layers.ReLU, "expand_relu6", y, 6.0)
    y = conv_bn(layers.DepthwiseConv2D, "dw", y, kernel_size, strides, "same")
    y = put(layers.ReLU, "dw_relu6", y, 6.0)
    y = conv_bn(layers.Conv2D, "project", y, filters, 1)
    if strides == 1 and channels == filters:
        y = put(layers.Dropout, "drop", y, drop_path_rate, (None, 1, 1, 1))
        y = put(layers.Add, "add", [y, x])
    return y


# EfficientNet-B0's (Table 1 of its paper). A stage: kernel_size, expansion,
# filters, repeats, and the strides of its first block.
STAGES = (
    (3, 1, 16, 1, 1),
    (3, 6, 24, 2, 2),
    (5, 6, 40, 2, 2),
    (3, 6, 80, 3, 2),
    (5, 6, 112, 3, 1),
    (5, 6, 192, 4, 2),
    (3, 6, 320, 1, 1),
)

# Width coefficient, depth coefficient, side of the pictures in pixels, dropout
# rate: the authors' code.
SCALES = {
    "lite0": (1.0, 1.0, 224, 0.2),
    "lite1": (1.0, 1.1, 240, 0.2),
    "lite2": (1.1, 1.2, 260, 0.3),
    "lite3": (1.2, 1.4, 280, 0.3),
    "lite4": (1.4, 1.8, 300, 0.3),
}


def _round_filters(filters, width_coefficient):
    """Scale to a multiple of 8, never down by more than a tenth."""
    wanted = filters * width_coefficient
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * wanted else rounded + 8


def _check_net(input_shape, classes, smallest):
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            "Channels must be last here, not first: call "
            'keras.config.set_image_data_format("channels_last").'
        )
    if len(input_shape) != 3 or not isinstance(input_shape[2], int):
        raise ValueError(
            "input_shape must be (height, width, channels), with the number "
            f"of channels; got {input_shape}."
        )
    if any(side is not None and side < smallest for side in input_shape[:2]):
        raise ValueError(
            f"height and width must be >= {smallest}, since the strides "
            f"shrink them; got {input_shape}."
        )
    if not isinstance(classes, int) or classes < 1:
        raise ValueError(f"classes must be an int >= 1; got {classes!r}.")


def efficientnet_lite(
    width_coefficient,
    depth_coefficient,
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    dropout_rate=0.2,
    drop_path_rate=0.2,
    include_top=True,
    classifier_activation="softmax",
    name="efficientnet_lite",
):
    """Build EfficientNet-Lite0, scaled in width and depth.

    Pixels go in from 0 to 255; the first layer brings them to −1 … 1.

    Source: Tan & Le 2019, sec. 3.3; the authors' efficientnet/lite: the stem,
    the last convolution and the first and the last stage are not scaled.
    Differs: drop path grows from 0 in the first block to almost
    `drop_path_rate` in the last.

    Args:
        width_coefficient: float > 0, multiplies the stages' filters.
        depth_coefficient: float > 0, multiplies the blocks of a stage.
        input_shape: (height, width, channels); None sides stay open.
        classes: int >= 1.
        dropout_rate: 0 to 1, before the last layer.
        drop_path_rate: 0 to 1.
        include_top: bool; False ends with the last map.
        classifier_activation: of the last layer; None gives logits.
        name: str, the model's name.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or a side below
            32.
    """
    for option, value in (
        ("width_coefficient", width_coefficient),
        ("depth_coefficient", depth_coefficient),
    ):
        if not value > 0:
            raise ValueError(f"{option} must be > 0; got {value!r}.")
    _check_net(input_shape, classes, 32)

    def conv_bn_relu6(x, filters, kernel_size, strides, part):
        conv = {"use_bias": False, "name": f"{part}_conv"}
        x = layers.Conv2D(filters, kernel_size, strides, "same", **conv)(x)
        x = layers.BatchNormalization(name=f"{part}_bn")(x)
        return layers.ReLU(6.0, name=f"{part}_relu6")(x)

    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 128, -127 / 128, name="rescaling")(inputs)
    x = conv_bn_relu6(x, 32, 3, 2, "stem")
    repeats = [math.ceil(stage[3] * depth_coefficient) for stage in STAGES]
    repeats[0], repeats[-1] = STAGES[0][3], STAGES[-1][3]
    blocks = 0
    for number, stage in enumerate(STAGES):
        kernel_size, expansion, filters, _, strides = stage
        for i in range(repeats[number]):
            x = lite_block(
                x,
                _round_filters(filters, width_coefficient),
                kernel_size,
                strides if i == 0 else 1,
                expansion,
                drop_path_rate * blocks / sum(repeats),
                name=f"block{number + 1}_{i + 1}",
            )
            blocks += 1
    x = conv_bn_relu6(x, 1280, 1, 1, "top")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(dropout_rate, name="top_dropout")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name=name)


def _by_name(name, input_shape, classes, include_top, classifier_activation):
    width, depth, _, dropout_rate = SCALES[name]
    return efficientnet_lite(
        width,
        depth,
        input_shape,
        classes,
        dropout_rate=dropout_rate,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name=f"efficientnet_{name}",
    )


def efficientnet_lite0(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-Lite0; arguments, errors: `efficientnet_lite`.

    Parameters: 4 694 024 for ImageNet.
    """
    return _by_name(
        "lite0", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_lite1(
    input_shape=(240, 240, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-Lite1; arguments, errors: `efficientnet_lite`.

    Parameters: 5 470 344 for ImageNet.
    """
    return _by_name(
        "lite1", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_lite2(
    input_shape=(260, 260, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-Lite2; arguments, errors: `efficientnet_lite`.

    Parameters: 6 150 168 for ImageNet.
    """
    return _by_name(
        "lite2", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_lite3(
    input_shape=(280, 280, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-Lite3; arguments, errors: `efficientnet_lite`.

    Parameters: 8 273 768 for ImageNet.
    """
    return _by_name(
        "lite3", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_lite4(
    input_shape=(300, 300, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-Lite4; arguments, errors: `efficientnet_lite`.

    Parameters: 13 118 936 for ImageNet.
    """
    return _by_name(
        "lite4", input_shape, classes, include_top, classifier_activation
    )
