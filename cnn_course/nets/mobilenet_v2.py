"""MobileNet v2: Sandler et al. 2018, https://arxiv.org/abs/1801.04381.

Block: inverted_residual_block, with the paper's linear bottleneck. Network:
mobilenet_v2.
"""

import keras
from keras import layers


def inverted_residual_block(x, filters, strides=1, expansion=6, name=None):
    """Expand the channels, convolve each 3x3, project to few, add the input.

    The 1x1 projection has no ReLU behind it: few channels cannot spare what
    ReLU would cut off. Nothing is expanded if expansion=1, and the input is
    added only where its shape is that of the output.
    Parameters: 13·E + E·K + 4·K (+ C·E + 4·E for an expansion), with C input
    channels, E = expansion · C expanded ones and K filters; batch
    normalisation has four numbers a channel.

    Source: Sandler et al. 2018, Table 1, Fig. 3b and Fig. 4d.
    Differs: batch normalisation keeps Keras's usual momentum; Keras's own
    MobileNet v2 has 0.999, too slow for a short training.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, output channels.
        strides: int >= 1, of the depthwise convolution.
        expansion: int >= 1, expanded channels for each input channel.
        name: layer-name prefix such as "block2"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, filters); with strides=2 the sides are
        ceil(height / 2) and ceil(width / 2), an open side rounded down.

    Raises:
        ValueError: strides or expansion is no int >= 1.
    """
    if not isinstance(strides, int) or strides < 1:
        raise ValueError(f"strides must be an int >= 1; got {strides!r}.")
    if not isinstance(expansion, int) or expansion < 1:
        raise ValueError(f"expansion must be an int >= 1; got {expansion!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, part, conv, *shape):
        x = conv(*shape, use_bias=False, name=named(part))(x)
        return layers.BatchNormalization(name=named(f"{part}_bn"))(x)

    y = x
    if expansion > 1:
        y = conv_bn(y, "expand", layers.Conv2D, expansion * x.shape[-1], 1)
        y = layers.ReLU(6.0, name=named("expand_relu"))(y)
    if strides > 1:  # as "same" pads; an open side counts as even
        pads = [((side or 0) % 2, 1) for side in x.shape[1:3]]
        y = layers.ZeroPadding2D(pads, name=named("pad"))(y)
    window = (3, strides, "same" if strides == 1 else "valid")
    y = conv_bn(y, "depthwise", layers.DepthwiseConv2D, *window)
    y = layers.ReLU(6.0, name=named("depthwise_relu"))(y)
    y = conv_bn(y, "project", layers.Conv2D, filters, 1)
    if strides == 1 and x.shape[-1] == filters:
        y = layers.Add(name=named("add"))([x, y])
    return y


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


def _divisible_by_8(filters):
    """Round to a multiple of 8, never down by more than a tenth."""
    rounded = max(8, int(filters + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * filters else rounded


# Table 2: expansion, filters, blocks, stride of the stage's first block.
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def mobilenet_v2(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    width_multiplier=1.0,
    include_top=True,
    classifier_activation="softmax",
):
    """Build MobileNet v2: a convolution, 17 inverted residuals, a 1x1.

    Parameters: 3 538 984 for ImageNet at width 1.

    Source: Sandler et al. 2018, Table 2; width multiplier of sec. 4.
    Differs: as in Keras, filters are rounded to multiples of 8, and a width
    below 1 leaves the last convolution's 1280 filters alone.

    Args:
        input_shape: (height, width, channels), sides >= 32; None sides stay
            open. Pixels go from -1 to 1.
        classes: int >= 1.
        width_multiplier: float > 0, scales the filters of every block.
        include_top: bool; False ends with the last convolution's map.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or the input too
            small.
    """
    _check_net(input_shape, classes, 32)
    if width_multiplier <= 0:
        raise ValueError(
            f"width_multiplier must be > 0; got {width_multiplier}."
        )
    inputs = keras.Input(input_shape)
    filters = _divisible_by_8(32 * width_multiplier)
    conv = {"padding": "same", "use_bias": False, "name": "conv1"}
    x = layers.Conv2D(filters, 3, 2, **conv)(inputs)
    x = layers.BatchNormalization(name="conv1_bn")(x)
    x = layers.ReLU(6.0, name="conv1_relu")(x)
    number = 0
    for expansion, filters, count, first in _STAGES:
        filters = _divisible_by_8(int(filters * width_multiplier))
        for i in range(count):
            number += 1
            strides = first if i == 0 else 1
            x = inverted_residual_block(
                x, filters, strides, expansion, name=f"block{number}"
            )
    filters = _divisible_by_8(1280 * max(width_multiplier, 1))
    x = layers.Conv2D(filters, 1, use_bias=False, name="conv_last")(x)
    x = layers.BatchNormalization(name="conv_last_bn")(x)
    x = layers.ReLU(6.0, name="conv_last_relu")(x)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    name = f"mobilenet_v2_{float(width_multiplier)}"
    return keras.Model(inputs, x, name=name)
