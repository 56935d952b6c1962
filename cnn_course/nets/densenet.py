"""DenseNet: Huang et al. 2016, https://arxiv.org/abs/1608.06993.

Blocks: dense_block and transition_block. Networks: densenet121, and densenet
for any depth and growth rate.
"""

import keras
from keras import layers


def dense_block(x, num_layers, growth_rate, name=None):
    """Append `growth_rate` new channels to x, `num_layers` times over.

    Each layer reads all channels so far: batch normalisation, ReLU and a 1x1
    convolution to 4 * growth_rate channels, then the same with a 3x3
    convolution to growth_rate channels, which are concatenated to its input.
    Parameters: 4·C·L + 4·C·K·L + 2·K·L² + 2·K²·L² + 14·K·L + 34·K²·L, with C
    input channels, L layers and growth rate K; batch normalisation has four
    numbers a channel.

    Source: Huang et al. 2016, sec. 3, "Composite function" and "Bottleneck
    layers" (DenseNet-B), Fig. 1.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        num_layers: int >= 1, how often channels are appended.
        growth_rate: int >= 1, channels that each layer appends (the paper's
            k).
        name: layer-name prefix such as "conv2"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, channels + num_layers * growth_rate);
        its first channels are x itself.

    Raises:
        ValueError: num_layers or growth_rate is no int >= 1.
    """
    for what, count in (
        ("num_layers", num_layers),
        ("growth_rate", growth_rate),
    ):
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{what} must be an int >= 1; got {count!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def bn_relu_conv(x, filters, kernel_size, layer, part):
        bn = {"epsilon": 1.001e-5, "name": named(f"{layer}_{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        x = layers.ReLU(name=named(f"{layer}_{part}_relu"))(x)
        conv = {"use_bias": False, "name": named(f"{layer}_{part + 1}_conv")}
        return layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)

    for i in range(num_layers):
        layer = f"block{i + 1}"
        y = bn_relu_conv(x, 4 * growth_rate, 1, layer, 0)
        y = bn_relu_conv(y, growth_rate, 3, layer, 1)
        x = layers.Concatenate(name=named(f"{layer}_concat"))([x, y])
    return x


def transition_block(x, compression=0.5, name=None):
    """Mix the channels into fewer, then halve the sides by averaging.

    Parameters: C·K + 4·C, with C input channels and K output channels.

    Source: Huang et al. 2016, sec. 3, "Pooling layers" and "Compression".
    Differs: ReLU between batch normalisation and the 1x1 convolution, as in
    Keras and in the authors' code; the paper's text leaves it out.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        compression: float above 0 and at most 1, share of the channels that
            the 1x1 convolution puts out (the paper's theta), rounded down.
        name: layer-name prefix such as "pool2"; None: Keras picks.

    Returns:
        Tensor (batch, floor(height / 2), floor(width / 2),
        floor(compression * channels)).

    Raises:
        ValueError: compression is not above 0 and at most 1.
    """
    if not 0 < compression <= 1:
        raise ValueError(
            f"compression must be above 0 and at most 1; got {compression!r}."
        )

    def named(part):
        return name and f"{name}_{part}"

    bn = {"epsilon": 1.001e-5, "name": named("bn")}
    filters = int(compression * x.shape[-1])
    x = layers.BatchNormalization(**bn)(x)
    x = layers.ReLU(name=named("relu"))(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=named("conv"))(x)
    return layers.AveragePooling2D(2, name=named("pool"))(x)


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


def _stem(x, filters, kind):
    conv = {"use_bias": False, "name": "conv1_conv"}
    if kind == "imagenet":  # a quarter of each side is left
        x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
        x = layers.Conv2D(filters, 7, 2, **conv)(x)
        x = layers.BatchNormalization(epsilon=1.001e-5, name="conv1_bn")(x)
        x = layers.ReLU(name="conv1_relu")(x)
        x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
        return layers.MaxPooling2D(3, 2, name="pool1")(x)
    return layers.Conv2D(filters, 3, padding="same", **conv)(x)


def densenet(
    num_layers,
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    growth_rate=32,
    compression=0.5,
    stem="imagenet",
    include_top=True,
    classifier_activation="softmax",
    name="densenet",
):
    """Build a network of dense blocks with a transition between each two.

    The stem has 2 * growth_rate filters.

    Source: Huang et al. 2016, Table 1 (DenseNet-BC); for stem="cifar" sec. 3,
    "Implementation Details".

    Args:
        num_layers: tuple of ints >= 1, the layers of each dense block.
        input_shape: (height, width, channels); None sides stay open.
        classes: int >= 1.
        growth_rate: int >= 1, channels that each layer appends.
        compression: float above 0 and at most 1, share of the channels that
            a transition keeps.
        stem: "imagenet" (7x7, stride 2, max-pool 3x3, stride 2) or "cifar"
            (3x3, stride 1).
        include_top: bool; False ends with the last block's map.
        classifier_activation: of the last layer; None gives logits.
        name: str, the model's name.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or the input too
            small.
    """
    if stem not in ("imagenet", "cifar"):
        raise ValueError(f'stem must be "imagenet" or "cifar"; got {stem!r}.')
    shrinks = 2 ** (len(num_layers) - 1) * (4 if stem == "imagenet" else 1)
    _check_net(input_shape, classes, shrinks)
    inputs = keras.Input(input_shape)
    x = _stem(inputs, 2 * growth_rate, stem)
    for i, count in enumerate(num_layers):
        if i > 0:
            x = transition_block(x, compression, name=f"pool{i + 1}")
        x = dense_block(x, count, growth_rate, name=f"conv{i + 2}")
    x = layers.BatchNormalization(epsilon=1.001e-5, name="bn")(x)
    x = layers.ReLU(name="relu")(x)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name=name)


def densenet121(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build DenseNet-121; arguments, source and errors as in `densenet`.

    Parameters: 8 062 504 for ImageNet.
    """
    return densenet(
        (6, 12, 24, 16),
        input_shape,
        classes,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="densenet121",
    )
