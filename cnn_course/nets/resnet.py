"""ResNet: He et al. 2015, https://arxiv.org/abs/1512.03385.

Blocks: residual_block, bottleneck_block, and plain_block, their twin without
the shortcut. Networks: resnet18, 34, 50, 101, 152, and resnet for any depth.
"""

from functools import partial

import keras
from keras import layers


def residual_block(x, filters, strides=1, name=None):
    """Add two 3x3 convolutions to a shortcut of their input, then ReLU.

    relu(F(x) + x), and relu(F(x) + W_s x) where the shapes differ.
    Parameters: 9·C·K + 9·K² + 8·K (+ C·K + 4·K for a projection), with C input
    channels and K filters; batch normalisation has four numbers a channel.

    Source: He et al. 2015, Fig. 2 left; shortcut B of sec. 3.3; batch
    normalisation as in sec. 3.4.
    Differs: no convolution has a bias, since batch normalisation follows.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, output channels.
        strides: int >= 1, of the first convolution and the projection.
        name: layer-name prefix such as "conv2_block1"; None: Keras picks.

    Returns:
        Tensor (batch, ceil(height / strides), ceil(width / strides), filters).

    Raises:
        ValueError: strides is no int >= 1.
    """
    if not isinstance(strides, int) or strides < 1:
        raise ValueError(f"strides must be an int >= 1; got {strides!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, kernel_size, strides, part):
        if kernel_size == 3:  # the same at both ends, also with a stride
            x = layers.ZeroPadding2D(1, name=named(f"{part}_pad"))(x)
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, strides, **conv)(x)
        bn = {"epsilon": 1.001e-5, "name": named(f"{part}_bn")}
        return layers.BatchNormalization(**bn)(x)

    shortcut = x
    # By shape, not by a flag: Add would silently broadcast 1 channel to many.
    if strides != 1 or x.shape[-1] != filters:
        shortcut = conv_bn(x, 1, strides, "0")
    y = conv_bn(x, 3, strides, "1")
    y = layers.ReLU(name=named("1_relu"))(y)
    y = conv_bn(y, 3, 1, "2")
    y = layers.Add(name=named("add"))([shortcut, y])
    return layers.ReLU(name=named("out"))(y)


def plain_block(x, filters, strides=1, name=None):
    """Apply the two 3x3 convolutions of a residual block, with no shortcut.

    Parameters: 9·C·K + 9·K² + 8·K, with C input channels and K filters.

    Source: He et al. 2015, sec. 3.3, "Plain Network".

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, output channels.
        strides: int >= 1, of the first convolution.
        name: layer-name prefix such as "conv2_block1"; None: Keras picks.

    Returns:
        Tensor (batch, ceil(height / strides), ceil(width / strides), filters).

    Raises:
        ValueError: strides is no int >= 1.
    """
    if not isinstance(strides, int) or strides < 1:
        raise ValueError(f"strides must be an int >= 1; got {strides!r}.")

    def named(part):
        return name and f"{name}_{part}"

    for part, step in (("1", strides), ("2", 1)):
        x = layers.ZeroPadding2D(1, name=named(f"{part}_pad"))(x)
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, 3, step, **conv)(x)
        bn = {"epsilon": 1.001e-5, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        x = layers.ReLU(name=named(f"{part}_relu"))(x)
    return x


def bottleneck_block(x, filters, strides=1, *, use_bias=False, name=None):
    """Squeeze to `filters` channels, convolve 3x3, expand to 4 times as many.

    Parameters: C·K + 13·K² + 24·K (+ 4·C·K + 16·K for a projection), with C
    input channels and K filters, without biases.

    Source: He et al. 2015, Fig. 5 right; shortcut B of sec. 3.3.
    Differs: Keras's ResNets have biases (use_bias=True) that batch
    normalisation takes away again. The stride is at the first 1x1, as in the
    paper; PyTorch's ResNet-50 has it at the 3x3.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, channels of the 3x3; the output has 4 * filters.
        strides: int >= 1, of the first convolution and the projection.
        use_bias: bool, whether the convolutions have biases.
        name: layer-name prefix such as "conv2_block1"; None: Keras picks.

    Returns:
        Tensor (batch, ceil(height / strides), ceil(width / strides),
        4 * filters).

    Raises:
        ValueError: strides is no int >= 1.
    """
    if not isinstance(strides, int) or strides < 1:
        raise ValueError(f"strides must be an int >= 1; got {strides!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, strides, part):
        conv = {"use_bias": use_bias, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, strides, "same", **conv)(x)
        bn = {"epsilon": 1.001e-5, "name": named(f"{part}_bn")}
        return layers.BatchNormalization(**bn)(x)

    shortcut = x
    # By shape, not by a flag: Add would silently broadcast 1 channel to many.
    if strides != 1 or x.shape[-1] != 4 * filters:
        shortcut = conv_bn(x, 4 * filters, 1, strides, "0")
    y = conv_bn(x, filters, 1, strides, "1")
    y = layers.ReLU(name=named("1_relu"))(y)
    y = conv_bn(y, filters, 3, 1, "2")
    y = layers.ReLU(name=named("2_relu"))(y)
    y = conv_bn(y, 4 * filters, 1, 1, "3")
    y = layers.Add(name=named("add"))([shortcut, y])
    return layers.ReLU(name=named("out"))(y)


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


def _stem(x, filters, kind, use_bias):
    if kind == "imagenet":  # a quarter of each side is left
        x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
        conv = layers.Conv2D(
            filters, 7, 2, use_bias=use_bias, name="conv1_conv"
        )
    else:
        conv = layers.Conv2D(
            filters, 3, padding="same", use_bias=use_bias, name="conv1_conv"
        )
    x = layers.BatchNormalization(epsilon=1.001e-5, name="conv1_bn")(conv(x))
    x = layers.ReLU(name="conv1_relu")(x)
    if kind == "imagenet":
        x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
        x = layers.MaxPooling2D(3, 2, name="pool1_pool")(x)
    return x


def resnet(
    num_blocks,
    block,
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    filters=64,
    stem="imagenet",
    use_bias=False,
    include_top=True,
    classifier_activation="softmax",
    name="resnet",
):
    """Build a network of any depth from stages of one kind of block.

    Each stage doubles the filters and, but for the first, halves the sides.

    Source: He et al. 2015, Table 1; for stem="cifar" sec. 4.2.

    Args:
        num_blocks: tuple of ints >= 1, the blocks of each stage.
        block: residual_block, bottleneck_block or plain_block, or a function
            like them: block(x, filters, strides, name=...).
        input_shape: (height, width, channels); None sides stay open.
        classes: int >= 1.
        filters: int >= 1, of the stem and the first stage.
        stem: "imagenet" (7x7, stride 2, max-pool 3x3, stride 2) or "cifar"
            (3x3, stride 1).
        use_bias: bool, of the stem; give the blocks theirs through `block`.
        include_top: bool; False ends with the last stage's map.
        classifier_activation: of the last layer; None gives logits.
        name: str, the model's name.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or the input too
            small.
    """
    is_tuple = isinstance(num_blocks, tuple | list) and len(num_blocks)
    if not is_tuple or not all(
        isinstance(count, int) and count >= 1 for count in num_blocks
    ):
        raise ValueError(
            f"num_blocks must be a tuple of ints >= 1; got {num_blocks!r}."
        )
    if stem not in ("imagenet", "cifar"):
        raise ValueError(f'stem must be "imagenet" or "cifar"; got {stem!r}.')
    shrinks = 2 ** (len(num_blocks) - 1) * (4 if stem == "imagenet" else 1)
    _check_net(input_shape, classes, shrinks)
    inputs = keras.Input(input_shape)
    x = _stem(inputs, filters, stem, use_bias)
    for stage, count in enumerate(num_blocks):
        for i in range(count):
            strides = 2 if stage > 0 and i == 0 else 1
            stage_name = f"conv{stage + 2}_block{i + 1}"
            x = block(x, filters * 2**stage, strides, name=stage_name)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name=name)


def resnet18(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    stem="imagenet",
    include_top=True,
    classifier_activation="softmax",
):
    """Build ResNet-18; arguments, source and errors as in `resnet`.

    Parameters: 11 689 512 trainable ones for ImageNet.
    """
    return resnet(
        (2, 2, 2, 2),
        residual_block,
        input_shape,
        classes,
        stem=stem,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="resnet18",
    )


def resnet34(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    stem="imagenet",
    include_top=True,
    classifier_activation="softmax",
):
    """Build ResNet-34; arguments, source and errors as in `resnet`.

    Parameters: 21 797 672 trainable ones for ImageNet.
    """
    return resnet(
        (3, 4, 6, 3),
        residual_block,
        input_shape,
        classes,
        stem=stem,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="resnet34",
    )


def resnet50(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    stem="imagenet",
    include_top=True,
    classifier_activation="softmax",
):
    """Build ResNet-50; arguments, source and errors as in `resnet`.

    Parameters: 25 636 712 for ImageNet.
    Differs: as in Keras, the convolutions have biases if stem="imagenet".
    """
    use_bias = stem == "imagenet"
    return resnet(
        (3, 4, 6, 3),
        partial(bottleneck_block, use_bias=use_bias),
        input_shape,
        classes,
        stem=stem,
        use_bias=use_bias,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="resnet50",
    )


def resnet101(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    stem="imagenet",
    include_top=True,
    classifier_activation="softmax",
):
    """Build ResNet-101; arguments, source and errors as in `resnet`.

    Parameters: 44 707 176 for ImageNet.
    Differs: as in Keras, the convolutions have biases if stem="imagenet".
    """
    use_bias = stem == "imagenet"
    return resnet(
        (3, 4, 23, 3),
        partial(bottleneck_block, use_bias=use_bias),
        input_shape,
        classes,
        stem=stem,
        use_bias=use_bias,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="resnet101",
    )


def resnet152(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    stem="imagenet",
    include_top=True,
    classifier_activation="softmax",
):
    """Build ResNet-152; arguments, source and errors as in `resnet`.

    Parameters: 60 419 944 for ImageNet.
    Differs: as in Keras, the convolutions have biases if stem="imagenet".
    """
    use_bias = stem == "imagenet"
    return resnet(
        (3, 8, 36, 3),
        partial(bottleneck_block, use_bias=use_bias),
        input_shape,
        classes,
        stem=stem,
        use_bias=use_bias,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="resnet152",
    )
