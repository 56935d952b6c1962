"""MobileNet v3: Howard et al. 2019, https://arxiv.org/abs/1905.02244.

Blocks: squeeze_excite_block, and bneck_block, which takes it in.
Networks: mobilenet_v3_small, mobilenet_v3_large.
"""

import keras
from keras import layers


def squeeze_excite_block(x, se_ratio=0.25, name=None):
    """Weigh each channel by a number from 0 to 1 that all pixels decide on.

    Squeeze: the mean of every channel. Excite: two small layers turn the means
    into a weight for each channel.
    Parameters: 2·C·R + C + R, with C channels and R = se_ratio · C of them in
    between, rounded to a multiple of 8.

    Source: Howard et al. 2019, sec. 5.3; Hu et al. 2017,
    https://arxiv.org/abs/1709.01507, Fig. 2 and 3.
    Differs: a hard sigmoid, clip(x / 6 + 1/2, 0, 1), instead of Hu's sigmoid.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        se_ratio: float in 0 to 1, channels in between for each channel.
        name: layer-name prefix such as "block2_se"; None: Keras picks.

    Returns:
        Tensor of the shape of x.
    """

    def named(part):
        return name and f"{name}_{part}"

    squeezed = max(8, int(se_ratio * x.shape[-1] + 4) // 8 * 8)
    if squeezed < 0.9 * se_ratio * x.shape[-1]:
        squeezed += 8
    y = layers.GlobalAveragePooling2D(keepdims=True, name=named("squeeze"))(x)
    y = layers.Conv2D(squeezed, 1, activation="relu", name=named("reduce"))(y)
    gate = {"activation": "hard_sigmoid", "name": named("excite")}
    y = layers.Conv2D(x.shape[-1], 1, **gate)(y)
    return layers.Multiply(name=named("scale"))([x, y])


def bneck_block(
    x, filters, kernel_size, strides, expanded, activation, gate=None, name=None
):
    """Expand the channels, convolve each, gate them, project, add the input.

    MobileNet v2's inverted residual with the kernel, the activation and the
    step between convolution and projection left open. Nothing is expanded if x
    has `expanded` channels, and the input is added only where its shape is
    that of the output.
    Parameters: N²·E + 4·E + E·K + 4·K (+ C·E + 4·E for an expansion), with C
    input and E expanded channels, K filters and an N x N kernel, without a
    gate; batch normalisation has four numbers a channel.

    Source: Howard et al. 2019, Fig. 4; "bneck" in Tables 1 and 2.
    Differs: batch normalisation keeps Keras's usual momentum; Keras's own
    MobileNet v3 has 0.999, too slow for a short training.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, output channels.
        kernel_size: odd int >= 3, of the depthwise convolution.
        strides: int >= 1, of the depthwise convolution.
        expanded: int >= 1, channels of the depthwise convolution.
        activation: str, behind the expansion and the depthwise convolution:
            "relu" or "hard_swish" in the paper.
        gate: function of a tensor and a name, such as squeeze_excite_block;
            None: nothing there.
        name: layer-name prefix such as "block2"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, filters); with strides=2 the sides are
        ceil(height / 2) and ceil(width / 2), an open side rounded down.

    Raises:
        ValueError: strides is no int >= 1.
    """
    if not isinstance(strides, int) or strides < 1:
        raise ValueError(f"strides must be an int >= 1; got {strides!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn_act(x, part, conv, *shape):
        x = conv(*shape, use_bias=False, name=named(part))(x)
        x = layers.BatchNormalization(name=named(f"{part}_bn"))(x)
        return layers.Activation(activation, name=named(f"{part}_act"))(x)

    y, half = x, kernel_size // 2
    if x.shape[-1] != expanded:
        y = conv_bn_act(y, "expand", layers.Conv2D, expanded, 1)
    if strides > 1:  # as "same" pads; an open side counts as even
        pads = [(half - 1 + (side or 0) % 2, half) for side in x.shape[1:3]]
        y = layers.ZeroPadding2D(pads, name=named("pad"))(y)
    window = (kernel_size, strides, "same" if strides == 1 else "valid")
    y = conv_bn_act(y, "depthwise", layers.DepthwiseConv2D, *window)
    y = gate(y, name=named("gate")) if gate else y
    y = layers.Conv2D(filters, 1, use_bias=False, name=named("project"))(y)
    y = layers.BatchNormalization(name=named("project_bn"))(y)
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


# Kernel, expanded channels, filters, gate, activation, stride of each block:
# Tables 1 and 2 of the paper.
_RE, _HS, _SE = "relu", "hard_swish", squeeze_excite_block
_LARGE = (
    (3, 16, 16, None, _RE, 1),
    (3, 64, 24, None, _RE, 2),
    (3, 72, 24, None, _RE, 1),
    (5, 72, 40, _SE, _RE, 2),
    (5, 120, 40, _SE, _RE, 1),
    (5, 120, 40, _SE, _RE, 1),
    (3, 240, 80, None, _HS, 2),
    (3, 200, 80, None, _HS, 1),
    (3, 184, 80, None, _HS, 1),
    (3, 184, 80, None, _HS, 1),
    (3, 480, 112, _SE, _HS, 1),
    (3, 672, 112, _SE, _HS, 1),
    (5, 672, 160, _SE, _HS, 2),
    (5, 960, 160, _SE, _HS, 1),
    (5, 960, 160, _SE, _HS, 1),
)
_SMALL = (
    (3, 16, 16, _SE, _RE, 2),
    (3, 72, 24, None, _RE, 2),
    (3, 88, 24, None, _RE, 1),
    (5, 96, 40, _SE, _HS, 2),
    (5, 240, 40, _SE, _HS, 1),
    (5, 240, 40, _SE, _HS, 1),
    (5, 120, 48, _SE, _HS, 1),
    (5, 144, 48, _SE, _HS, 1),
    (5, 288, 96, _SE, _HS, 2),
    (5, 576, 96, _SE, _HS, 1),
    (5, 576, 96, _SE, _HS, 1),
)


def _mobilenet_v3(
    blocks,
    head,
    input_shape,
    classes,
    *,
    include_top,
    classifier_activation,
    name,
):
    _check_net(input_shape, classes, 32)

    def conv_bn(x, filters, kernel_size, strides, part):
        conv = {"padding": "same", "use_bias": False, "name": part}
        x = layers.Conv2D(filters, kernel_size, strides, **conv)(x)
        x = layers.BatchNormalization(name=f"{part}_bn")(x)
        return layers.Activation("hard_swish", name=f"{part}_act")(x)

    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(inputs)
    x = conv_bn(x, 16, 3, 2, "conv1")
    for i, (kernel, expanded, filters, gate, act, strides) in enumerate(blocks):
        block = (filters, kernel, strides, expanded, act, gate)
        x = bneck_block(x, *block, name=f"block{i + 1}")
    x = conv_bn(x, 6 * x.shape[-1], 1, 1, "conv_last")
    if include_top:
        x = layers.GlobalAveragePooling2D(keepdims=True, name="avg_pool")(x)
        x = layers.Conv2D(head, 1, activation="hard_swish", name="head")(x)
        x = layers.Dropout(0.2, name="dropout")(x)
        x = layers.Conv2D(classes, 1, name="logits")(x)
        x = layers.Flatten(name="flatten")(x)
        x = layers.Activation(classifier_activation, name="predictions")(x)
    return keras.Model(inputs, x, name=name)


def mobilenet_v3_small(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build MobileNet v3 small: a convolution, 11 blocks, three 1x1.

    Parameters: 2 554 968 for ImageNet.

    Source: Howard et al. 2019, Table 2.
    Differs: as in Keras, the network scales its pixels itself, and the last
    1x1 before the pooling has no squeeze-and-excite.

    Args:
        input_shape: (height, width, channels), sides >= 32; None sides stay
            open. Pixels go from 0 to 255.
        classes: int >= 1.
        include_top: bool; False ends with the map before the pooling.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or the input too
            small.
    """
    return _mobilenet_v3(
        _SMALL,
        1024,
        input_shape,
        classes,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="mobilenet_v3_small",
    )


def mobilenet_v3_large(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build MobileNet v3 large: a convolution, 15 blocks, three 1x1.

    Parameters: 5 507 432 for ImageNet.

    Source: Howard et al. 2019, Table 1.
    Differs: as in Keras, the network scales its pixels itself.

    Args:
        input_shape: (height, width, channels), sides >= 32; None sides stay
            open. Pixels go from 0 to 255.
        classes: int >= 1.
        include_top: bool; False ends with the map before the pooling.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or the input too
            small.
    """
    return _mobilenet_v3(
        _LARGE,
        1280,
        input_shape,
        classes,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="mobilenet_v3_large",
    )
