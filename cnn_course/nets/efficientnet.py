"""EfficientNet: Tan & Le 2019, https://arxiv.org/abs/1905.11946.

Block: mbconv_block. Networks: efficientnet_b0 to b7, and efficientnet for any
width and depth. The scaling rule: round_filters, round_repeats, and the tables
B0_STAGES and SCALES.
"""

import math

import keras
from keras import layers


def mbconv_block(
    x, filters, kernel_size, strides=1, expansion=6, drop_path_rate=0, name=None
):
    """Expand the channels, convolve each one, weigh them, project, add x.

    1x1 convolution to `expansion` times the channels, depthwise convolution,
    squeeze-excite (each map's mean decides, through two small layers, how much
    of the map passes), 1x1 projection without an activation. The input is
    added where the shapes agree.
    Parameters: S²·E + 2·E·R + R + E·K + 5·E + 4·K (+ C·E + 4·E for the first
    convolution, which expansion=1 leaves out), with C input channels,
    E = expansion·C, S the kernel's side, R = C / 4 rounded down (1 at least)
    and K filters; batch normalisation has four numbers a channel.

    Source: Tan & Le 2019, Table 1; MBConv from Sandler et al. 2018 (MobileNet
    v2), squeeze-excite from Hu et al. 2018, drop path (stochastic depth) from
    Huang et al. 2016.
    Differs: initial weights are Keras's default ones; the first layer of the
    squeeze-excite has a quarter of the block's input channels, as in the
    authors' code, not of the expanded ones. An odd side that is open (None)
    is padded right, where keras.applications loses a pixel.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, output channels.
        kernel_size: int >= 1, of the depthwise convolution.
        strides: int >= 1, of the depthwise convolution.
        expansion: int >= 1, how many times the channels grow inside.
        drop_path_rate: 0 to 1, how often training leaves the block out, for
            each picture by itself; only where the input is added.
        name: layer-name prefix such as "block2a"; None: Keras picks.

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

    y, channels, squeezed = x, x.shape[-1], max(1, x.shape[-1] // 4)
    if expansion != 1:
        y = conv_bn(layers.Conv2D, "expand", y, expansion * channels, 1)
        y = put(layers.Activation, "expand_swish", y, "swish")
    y = conv_bn(layers.DepthwiseConv2D, "dw", y, kernel_size, strides, "same")
    y = put(layers.Activation, "dw_swish", y, "swish")
    s = put(layers.GlobalAveragePooling2D, "squeeze", y, keepdims=True)
    s = put(layers.Conv2D, "reduce", s, squeezed, 1, activation="swish")
    s = put(layers.Conv2D, "excite", s, y.shape[-1], 1, activation="sigmoid")
    y = put(layers.Multiply, "scale", [y, s])
    y = conv_bn(layers.Conv2D, "project", y, filters, 1)
    if strides == 1 and channels == filters:
        y = put(layers.Dropout, "drop", y, drop_path_rate, (None, 1, 1, 1))
        y = put(layers.Add, "add", [y, x])
    return y


# Table 1 of the paper. A stage: kernel_size, expansion, filters, repeats, and
# the strides of its first block.
B0_STAGES = (
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
    "b0": (1.0, 1.0, 224, 0.2),
    "b1": (1.0, 1.1, 240, 0.2),
    "b2": (1.1, 1.2, 260, 0.3),
    "b3": (1.2, 1.4, 300, 0.3),
    "b4": (1.4, 1.8, 380, 0.4),
    "b5": (1.6, 2.2, 456, 0.4),
    "b6": (1.8, 2.6, 528, 0.5),
    "b7": (2.0, 3.1, 600, 0.5),
}


def round_filters(filters, width_coefficient):
    """Scale a number of filters, to a multiple of 8.

    The nearest multiple, half upwards, or the next one if that would take off
    more than a tenth; 8 at least.

    Source: the authors' code.

    Args:
        filters: int >= 1, filters in B0.
        width_coefficient: float > 0.

    Returns:
        int, a multiple of 8.
    """
    wanted = filters * width_coefficient
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * wanted else rounded + 8


def round_repeats(repeats, depth_coefficient):
    """Scale how many blocks a stage has, rounded up.

    Source: the authors' code.

    Args:
        repeats: int >= 1, blocks in B0.
        depth_coefficient: float > 0.

    Returns:
        int >= 1.
    """
    return math.ceil(repeats * depth_coefficient)


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


def efficientnet(
    width_coefficient,
    depth_coefficient,
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    stages=B0_STAGES,
    dropout_rate=0.2,
    drop_path_rate=0.2,
    include_top=True,
    classifier_activation="softmax",
    name="efficientnet",
):
    """Build EfficientNet-B0, scaled in width and depth.

    The third dimension, the resolution, is that of the input. Pixels go in
    from 0 to 255. The layer "normalization" passes them on unchanged until
    its statistics are set: by its `adapt`, or by loading a file of weights.
    After `set_weights`, call its `finalize_state`, which Keras leaves out.

    Source: Tan & Le 2019, Table 1 and sec. 3.3.
    Differs: as in Keras, rescaling and normalisation are inside. Drop path
    grows from 0 in the first block to almost `drop_path_rate` in the last.

    Args:
        width_coefficient: float > 0, multiplies all numbers of filters.
        depth_coefficient: float > 0, multiplies the blocks of each stage.
        input_shape: (height, width, channels); None sides stay open.
        classes: int >= 1.
        stages: tuple of stages as in B0_STAGES.
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

    def conv_bn_swish(x, filters, kernel_size, strides, part):
        filters = round_filters(filters, width_coefficient)
        conv = {"use_bias": False, "name": f"{part}_conv"}
        x = layers.Conv2D(filters, kernel_size, strides, "same", **conv)(x)
        x = layers.BatchNormalization(name=f"{part}_bn")(x)
        return layers.Activation("swish", name=f"{part}_swish")(x)

    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255, name="rescaling")(inputs)
    x = layers.Normalization(name="normalization")(x)
    x = conv_bn_swish(x, 32, 3, 2, "stem")
    repeats = [round_repeats(stage[3], depth_coefficient) for stage in stages]
    blocks = 0
    for number, stage in enumerate(stages):
        kernel_size, expansion, filters, _, strides = stage
        for i in range(repeats[number]):
            x = mbconv_block(
                x,
                round_filters(filters, width_coefficient),
                kernel_size,
                strides if i == 0 else 1,
                expansion,
                drop_path_rate * blocks / sum(repeats),
                name=f"block{number + 1}_{i + 1}",
            )
            blocks += 1
    x = conv_bn_swish(x, 1280, 1, 1, "top")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(dropout_rate, name="top_dropout")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name=name)


def _by_name(name, input_shape, classes, include_top, classifier_activation):
    width, depth, _, dropout_rate = SCALES[name]
    return efficientnet(
        width,
        depth,
        input_shape,
        classes,
        dropout_rate=dropout_rate,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name=f"efficientnet_{name}",
    )


def efficientnet_b0(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-B0; arguments, source and errors: `efficientnet`.

    Parameters: 5 330 571 for ImageNet.
    """
    return _by_name(
        "b0", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_b1(
    input_shape=(240, 240, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-B1; arguments, source and errors: `efficientnet`.

    Parameters: 7 856 239 for ImageNet.
    """
    return _by_name(
        "b1", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_b2(
    input_shape=(260, 260, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-B2; arguments, source and errors: `efficientnet`.

    Parameters: 9 177 569 for ImageNet.
    """
    return _by_name(
        "b2", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_b3(
    input_shape=(300, 300, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-B3; arguments, source and errors: `efficientnet`.

    Parameters: 12 320 535 for ImageNet.
    """
    return _by_name(
        "b3", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_b4(
    input_shape=(380, 380, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-B4; arguments, source and errors: `efficientnet`.

    Parameters: 19 466 823 for ImageNet.
    """
    return _by_name(
        "b4", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_b5(
    input_shape=(456, 456, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-B5; arguments, source and errors: `efficientnet`.

    Parameters: 30 562 527 for ImageNet.
    """
    return _by_name(
        "b5", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_b6(
    input_shape=(528, 528, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-B6; arguments, source and errors: `efficientnet`.

    Parameters: 43 265 143 for ImageNet.
    """
    return _by_name(
        "b6", input_shape, classes, include_top, classifier_activation
    )


def efficientnet_b7(
    input_shape=(600, 600, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build EfficientNet-B7; arguments, source and errors: `efficientnet`.

    Parameters: 66 658 687 for ImageNet.
    """
    return _by_name(
        "b7", input_shape, classes, include_top, classifier_activation
    )
