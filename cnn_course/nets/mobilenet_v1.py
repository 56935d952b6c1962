"""MobileNet v1: Howard et al. 2017, https://arxiv.org/abs/1704.04861.

Block: separable_block, a depthwise and a pointwise convolution in place of a
full one. Network: mobilenet_v1.
"""

import keras
from keras import layers


def separable_block(x, filters, strides=1, name=None):
    """Convolve each channel by itself, then mix the channels at each pixel.

    A depthwise 3x3 and a pointwise 1x1 convolution, each with batch
    normalisation and ReLU cut off at 6.
    Parameters: 13·C + C·K + 4·K, with C input channels and K filters; batch
    normalisation has four numbers a channel.

    Source: Howard et al. 2017, sec. 3.1 and Fig. 3 right.
    Differs: Keras's ReLU stops at 6; with a stride it pads below and at the
    right only, so an odd side loses its last row or column.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, output channels.
        strides: int >= 1, of the depthwise convolution.
        name: layer-name prefix such as "block2"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, filters); with strides=2 the sides are
        height // 2 and width // 2.

    Raises:
        ValueError: strides is no int >= 1.
    """
    if not isinstance(strides, int) or strides < 1:
        raise ValueError(f"strides must be an int >= 1; got {strides!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def bn_relu(x, part):
        x = layers.BatchNormalization(name=named(f"{part}_bn"))(x)
        return layers.ReLU(6.0, name=named(f"{part}_relu"))(x)

    if strides > 1:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=named("pad"))(x)
    window = (3, strides, "same" if strides == 1 else "valid")
    depthwise = {"use_bias": False, "name": named("depthwise")}
    x = layers.DepthwiseConv2D(*window, **depthwise)(x)
    x = bn_relu(x, "depthwise")
    pointwise = {"use_bias": False, "name": named("pointwise")}
    x = layers.Conv2D(filters, 1, **pointwise)(x)
    return bn_relu(x, "pointwise")


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


# Filters and stride of each separable block: Table 1, read two rows at a time.
_BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (1024, 2),
    (1024, 1),
)


def mobilenet_v1(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    width_multiplier=1.0,
    include_top=True,
    classifier_activation="softmax",
):
    """Build MobileNet v1: a convolution, then 13 separable blocks.

    Parameters: 4 253 864 for ImageNet at width 1.

    Source: Howard et al. 2017, Table 1; width multiplier of sec. 3.3.
    Differs: as in Keras, the second block with 1024 filters has stride 1 (the
    paper's table says 2, its sizes say 1), and the classifier is a 1x1
    convolution behind a dropout of 0.001.

    Args:
        input_shape: (height, width, channels), sides >= 32; None sides stay
            open. Pixels go from -1 to 1.
        classes: int >= 1.
        width_multiplier: float >= 1/32, scales the filters of every layer.
        include_top: bool; False ends with the last block's map.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or the input too
            small.
    """
    _check_net(input_shape, classes, 32)
    if width_multiplier < 1 / 32:
        raise ValueError(
            "width_multiplier must be >= 1/32, for one filter of the first "
            f"32 to be left; got {width_multiplier}."
        )
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(
        int(32 * width_multiplier),
        3,
        strides=2,
        padding="same",
        use_bias=False,
        name="conv1",
    )(inputs)
    x = layers.BatchNormalization(name="conv1_bn")(x)
    x = layers.ReLU(6.0, name="conv1_relu")(x)
    for i, (filters, strides) in enumerate(_BLOCKS, 1):
        filters = int(filters * width_multiplier)
        x = separable_block(x, filters, strides, name=f"block{i}")
    if include_top:
        x = layers.GlobalAveragePooling2D(keepdims=True, name="avg_pool")(x)
        x = layers.Dropout(0.001, name="dropout")(x)
        x = layers.Conv2D(classes, 1, name="classifier")(x)
        x = layers.Flatten(name="flatten")(x)
        x = layers.Activation(classifier_activation, name="predictions")(x)
    name = f"mobilenet_v1_{float(width_multiplier)}"
    return keras.Model(inputs, x, name=name)
