"""Inception v4 and Inception-ResNet v2: Szegedy et al. 2016,
https://arxiv.org/abs/1602.07261.

Blocks: inception_v4_a_block, _b_block, _c_block; inception_resnet_a_block,
_b_block, _c_block, which add their branches to a shortcut; and between them
reduction_v4_a_block (for both networks), reduction_v4_b_block and
reduction_resnet_b_block. Networks: inception_v4, inception_resnet_v2.
"""

from functools import partial

import keras
from keras import layers


def inception_v4_a_block(x, name=None):
    """Apply 1x1, 3x3, two 3x3 and an average pool side by side, at 35x35.

    Parameters: 320·C + 195968, with C input channels; batch normalisation has
    four numbers a channel.

    Source: Szegedy et al. 2016, Fig. 4.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        name: layer-name prefix such as "a1"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, 384).
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        x = layers.BatchNormalization(name=named(f"{part}_bn"))(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = layers.AveragePooling2D(3, 1, "same", name=named("pool"))(x)
    a = conv_bn(a, 96, 1, "pool_proj")
    b = conv_bn(x, 96, 1, "1x1")
    c = conv_bn(x, 64, 1, "3x3_reduce")
    c = conv_bn(c, 96, 3, "3x3")
    d = conv_bn(x, 64, 1, "double_reduce")
    d = conv_bn(d, 96, 3, "double_1")
    d = conv_bn(d, 96, 3, "double_2")
    return layers.Concatenate(name=named("concat"))([a, b, c, d])


def inception_v4_b_block(x, name=None):
    """Apply 7x7 as 1x7 and 7x1, once and twice, and two 1x1, at 17x17.

    Parameters: 896·C + 2023296, with C input channels; batch normalisation
    has four numbers a channel.

    Source: Szegedy et al. 2016, Fig. 5.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        name: layer-name prefix such as "b1"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, 1024).
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        x = layers.BatchNormalization(name=named(f"{part}_bn"))(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = layers.AveragePooling2D(3, 1, "same", name=named("pool"))(x)
    a = conv_bn(a, 128, 1, "pool_proj")
    b = conv_bn(x, 384, 1, "1x1")
    c = conv_bn(x, 192, 1, "7x7_reduce")
    c = conv_bn(c, 224, (1, 7), "7x7_1")
    c = conv_bn(c, 256, (7, 1), "7x7_2")
    d = conv_bn(x, 192, 1, "double_reduce")
    d = conv_bn(d, 192, (1, 7), "double_1")
    d = conv_bn(d, 224, (7, 1), "double_2")
    d = conv_bn(d, 224, (1, 7), "double_3")
    d = conv_bn(d, 256, (7, 1), "double_4")
    return layers.Concatenate(name=named("concat"))([a, b, c, d])


def inception_v4_c_block(x, name=None):
    """Apply 1x3 and 3x1 side by side, after 1x1 and after both, at 8x8.

    Parameters: 1280·C + 2593536, with C input channels; batch normalisation
    has four numbers a channel.

    Source: Szegedy et al. 2016, Fig. 6.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        name: layer-name prefix such as "c1"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, 1536).
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        x = layers.BatchNormalization(name=named(f"{part}_bn"))(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    def wide_and_tall(x, part):
        wide = conv_bn(x, 256, (1, 3), f"{part}_1x3")
        tall = conv_bn(x, 256, (3, 1), f"{part}_3x1")
        return layers.Concatenate(name=named(f"{part}_concat"))([wide, tall])

    a = layers.AveragePooling2D(3, 1, "same", name=named("pool"))(x)
    a = conv_bn(a, 256, 1, "pool_proj")
    b = conv_bn(x, 256, 1, "1x1")
    c = wide_and_tall(conv_bn(x, 384, 1, "3x3_reduce"), "3x3")
    d = conv_bn(x, 384, 1, "double_reduce")
    d = conv_bn(d, 448, (1, 3), "double_1")
    d = wide_and_tall(conv_bn(d, 512, (3, 1), "double_2"), "double")
    return layers.Concatenate(name=named("concat"))([a, b, c, d])


def reduction_v4_a_block(x, filters, *, bn_scale=True, name=None):
    """Halve the sides by 3x3, two 3x3 and a max-pool, all of stride 2.

    Parameters: C·K + 9·K·L + 9·L·M + 9·C·N + 4·K + 4·L + 4·M + 4·N, with C
    input channels and filters (K, L, M, N); batch normalisation has four
    numbers a channel, three without a scale.

    Source: Szegedy et al. 2016, Fig. 7 and Table 1, whose letters are k, l, m
    and n.

    Args:
        x: tensor (batch, height, width, channels), channels known, sides >= 3.
        filters: four ints >= 1, of the 1x1, the 3x3 and the 3x3 with stride
            in the long branch, and of the 3x3 with stride alone.
        bn_scale: bool, whether batch normalisation has a scale.
        name: layer-name prefix such as "reduction_a"; None: Keras picks.

    Returns:
        Tensor (batch, (height - 1) // 2, (width - 1) // 2, M + N + channels).

    Raises:
        ValueError: filters does not have four entries.
    """
    if len(filters) != 4:
        raise ValueError(f"filters must be four ints; got {filters!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part, strides=1):
        padding = "same" if strides == 1 else "valid"
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, strides, padding, **conv)(x)
        bn = {"scale": bn_scale, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = conv_bn(x, filters[3], 3, "3x3", strides=2)
    b = conv_bn(x, filters[0], 1, "double_reduce")
    b = conv_bn(b, filters[1], 3, "double_1")
    b = conv_bn(b, filters[2], 3, "double_2", strides=2)
    c = layers.MaxPooling2D(3, 2, name=named("pool"))(x)
    return layers.Concatenate(name=named("concat"))([a, b, c])


def reduction_v4_b_block(x, name=None):
    """Halve the sides by 3x3, by 7x7 and 3x3, and by a max-pool.

    Parameters: 448·C + 2291712, with C input channels; batch normalisation
    has four numbers a channel.

    Source: Szegedy et al. 2016, Fig. 8.

    Args:
        x: tensor (batch, height, width, channels), channels known, sides >= 3.
        name: layer-name prefix such as "reduction_b"; None: Keras picks.

    Returns:
        Tensor (batch, (height - 1) // 2, (width - 1) // 2, 512 + channels).
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part, strides=1):
        padding = "same" if strides == 1 else "valid"
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, strides, padding, **conv)(x)
        x = layers.BatchNormalization(name=named(f"{part}_bn"))(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = layers.MaxPooling2D(3, 2, name=named("pool"))(x)
    b = conv_bn(x, 192, 1, "3x3_reduce")
    b = conv_bn(b, 192, 3, "3x3", strides=2)
    c = conv_bn(x, 256, 1, "7x7_reduce")
    c = conv_bn(c, 256, (1, 7), "7x7_1")
    c = conv_bn(c, 320, (7, 1), "7x7_2")
    c = conv_bn(c, 320, 3, "7x7_3", strides=2)
    return layers.Concatenate(name=named("concat"))([a, b, c])


def inception_resnet_a_block(x, scale=0.17, activation="relu", name=None):
    """Add 1x1, 3x3 and two 3x3, mixed by a 1x1, to their input, at 35x35.

    relu(x + scale * F(x)).
    Parameters: 225·C + 51408, with C input channels; batch normalisation,
    without a scale, has three numbers a channel.

    Source: Szegedy et al. 2016, Fig. 16 and, for the scale, sec. 3.3.
    Differs: as in Keras, the last 1x1 has a bias and no batch normalisation.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        scale: float, by which the branches are multiplied.
        activation: after the addition; None: none.
        name: layer-name prefix such as "a1"; None: Keras picks.

    Returns:
        Tensor of the shape of x.
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        bn = {"scale": False, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = conv_bn(x, 32, 1, "1x1")
    b = conv_bn(x, 32, 1, "3x3_reduce")
    b = conv_bn(b, 32, 3, "3x3")
    c = conv_bn(x, 32, 1, "double_reduce")
    c = conv_bn(c, 48, 3, "double_1")
    c = conv_bn(c, 64, 3, "double_2")
    y = layers.Concatenate(name=named("concat"))([a, b, c])
    y = layers.Conv2D(x.shape[-1], 1, name=named("up"))(y)
    y = layers.Rescaling(scale, name=named("scale"))(y)
    y = layers.Add(name=named("add"))([x, y])
    return layers.Activation(activation, name=named("out"))(y)


def inception_resnet_b_block(x, scale=0.1, activation="relu", name=None):
    """Add 1x1 and 7x7 as 1x7 and 7x1, mixed by a 1x1, to x, at 17x17.

    relu(x + scale * F(x)).
    Parameters: 705·C + 360416, with C input channels; batch normalisation,
    without a scale, has three numbers a channel.

    Source: Szegedy et al. 2016, Fig. 17 and, for the scale, sec. 3.3.
    Differs: as in Keras, the last 1x1 has a bias and no batch normalisation.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        scale: float, by which the branches are multiplied.
        activation: after the addition; None: none.
        name: layer-name prefix such as "b1"; None: Keras picks.

    Returns:
        Tensor of the shape of x.
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        bn = {"scale": False, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = conv_bn(x, 192, 1, "1x1")
    b = conv_bn(x, 128, 1, "7x7_reduce")
    b = conv_bn(b, 160, (1, 7), "7x7_1")
    b = conv_bn(b, 192, (7, 1), "7x7_2")
    y = layers.Concatenate(name=named("concat"))([a, b])
    y = layers.Conv2D(x.shape[-1], 1, name=named("up"))(y)
    y = layers.Rescaling(scale, name=named("scale"))(y)
    y = layers.Add(name=named("add"))([x, y])
    return layers.Activation(activation, name=named("out"))(y)


def inception_resnet_c_block(x, scale=0.2, activation="relu", name=None):
    """Add 1x1 and 3x3 as 1x3 and 3x1, mixed by a 1x1, to x, at 8x8.

    relu(x + scale * F(x)).
    Parameters: 833·C + 303648, with C input channels; batch normalisation,
    without a scale, has three numbers a channel.

    Source: Szegedy et al. 2016, Fig. 19 and, for the scale, sec. 3.3.
    Differs: as in Keras, the last 1x1 has a bias and no batch normalisation.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        scale: float, by which the branches are multiplied.
        activation: after the addition; None: none.
        name: layer-name prefix such as "c1"; None: Keras picks.

    Returns:
        Tensor of the shape of x.
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        bn = {"scale": False, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = conv_bn(x, 192, 1, "1x1")
    b = conv_bn(x, 192, 1, "3x3_reduce")
    b = conv_bn(b, 224, (1, 3), "3x3_1")
    b = conv_bn(b, 256, (3, 1), "3x3_2")
    y = layers.Concatenate(name=named("concat"))([a, b])
    y = layers.Conv2D(x.shape[-1], 1, name=named("up"))(y)
    y = layers.Rescaling(scale, name=named("scale"))(y)
    y = layers.Add(name=named("add"))([x, y])
    return layers.Activation(activation, name=named("out"))(y)


def reduction_resnet_b_block(x, name=None):
    """Halve the sides by 3x3 in three branches, and by a max-pool.

    Parameters: 768·C + 3047424, with C input channels; batch normalisation,
    without a scale, has three numbers a channel.

    Source: Szegedy et al. 2016, Fig. 18.

    Args:
        x: tensor (batch, height, width, channels), channels known, sides >= 3.
        name: layer-name prefix such as "reduction_b"; None: Keras picks.

    Returns:
        Tensor (batch, (height - 1) // 2, (width - 1) // 2, 992 + channels).
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part, strides=1):
        padding = "same" if strides == 1 else "valid"
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, strides, padding, **conv)(x)
        bn = {"scale": False, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = conv_bn(x, 256, 1, "384_reduce")
    a = conv_bn(a, 384, 3, "384", strides=2)
    b = conv_bn(x, 256, 1, "288_reduce")
    b = conv_bn(b, 288, 3, "288", strides=2)
    c = conv_bn(x, 256, 1, "double_reduce")
    c = conv_bn(c, 288, 3, "double_1")
    c = conv_bn(c, 320, 3, "double_2", strides=2)
    d = layers.MaxPooling2D(3, 2, name=named("pool"))(x)
    return layers.Concatenate(name=named("concat"))([a, b, c, d])


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


def _conv_bn(x, filters, kernel_size, strides, padding, *, bn_scale, name):
    conv = {"use_bias": False, "name": f"{name}_conv"}
    x = layers.Conv2D(filters, kernel_size, strides, padding, **conv)(x)
    bn = {"scale": bn_scale, "name": f"{name}_bn"}
    x = layers.BatchNormalization(**bn)(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _stem_v4(x):
    """Fig. 3; a V in the figure is padding="valid"."""

    def conv(x, filters, kernel_size, strides, padding, name):
        how = {"bn_scale": True, "name": f"stem_{name}"}
        return _conv_bn(x, filters, kernel_size, strides, padding, **how)

    x = conv(x, 32, 3, 2, "valid", "1")
    x = conv(x, 32, 3, 1, "valid", "2")
    x = conv(x, 64, 3, 1, "same", "3")
    a = layers.MaxPooling2D(3, 2, name="stem_4_pool")(x)
    b = conv(x, 96, 3, 2, "valid", "4")
    x = layers.Concatenate(name="stem_4_concat")([a, b])
    a = conv(x, 64, 1, 1, "same", "5a_1")
    a = conv(a, 96, 3, 1, "valid", "5a_2")
    b = conv(x, 64, 1, 1, "same", "5b_1")
    b = conv(b, 64, (7, 1), 1, "same", "5b_2")
    b = conv(b, 64, (1, 7), 1, "same", "5b_3")
    b = conv(b, 96, 3, 1, "valid", "5b_4")
    x = layers.Concatenate(name="stem_5_concat")([a, b])
    a = conv(x, 192, 3, 2, "valid", "6")
    b = layers.MaxPooling2D(3, 2, name="stem_6_pool")(x)
    return layers.Concatenate(name="stem_6_concat")([a, b])


def _stem_resnet_v2(x):
    """Inception v3's stem and its first block, with 96 filters for 64."""

    def conv(x, filters, kernel_size, strides, padding, name):
        how = {"bn_scale": False, "name": f"stem_{name}"}
        return _conv_bn(x, filters, kernel_size, strides, padding, **how)

    x = conv(x, 32, 3, 2, "valid", "1")
    x = conv(x, 32, 3, 1, "valid", "2")
    x = conv(x, 64, 3, 1, "same", "3")
    x = layers.MaxPooling2D(3, 2, name="stem_4_pool")(x)
    x = conv(x, 80, 1, 1, "valid", "5")
    x = conv(x, 192, 3, 1, "valid", "6")
    x = layers.MaxPooling2D(3, 2, name="stem_7_pool")(x)
    a = conv(x, 96, 1, 1, "same", "8a")
    b = conv(x, 48, 1, 1, "same", "8b_1")
    b = conv(b, 64, 5, 1, "same", "8b_2")
    c = conv(x, 64, 1, 1, "same", "8c_1")
    c = conv(c, 96, 3, 1, "same", "8c_2")
    c = conv(c, 96, 3, 1, "same", "8c_3")
    d = layers.AveragePooling2D(3, 1, "same", name="stem_8d_pool")(x)
    d = conv(d, 64, 1, 1, "same", "8d")
    return layers.Concatenate(name="stem_8_concat")([a, b, c, d])


_V4 = (  # Fig. 9: block, name, how often
    (inception_v4_a_block, "a", 4),
    (partial(reduction_v4_a_block, filters=(192, 224, 256, 384)), "to_b", 1),
    (inception_v4_b_block, "b", 7),
    (reduction_v4_b_block, "to_c", 1),
    (inception_v4_c_block, "c", 3),
)
_RESNET_V2 = (  # Fig. 15, with the counts of Keras
    (inception_resnet_a_block, "a", 10),
    (
        partial(
            reduction_v4_a_block, filters=(256, 256, 384, 384), bn_scale=False
        ),
        "to_b",
        1,
    ),
    (inception_resnet_b_block, "b", 20),
    (reduction_resnet_b_block, "to_c", 1),
    (inception_resnet_c_block, "c", 9),
    (partial(inception_resnet_c_block, scale=1.0, activation=None), "last", 1),
)


def inception_v4(
    input_shape=(299, 299, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build Inception v4: more blocks than v3, and each kind always the same.

    Parameters: 42 679 816 trainable ones for ImageNet, weights and batch
    normalisation; its statistics, not trained, are 63 168 more.

    Source: Szegedy et al. 2016, Fig. 9, stem Fig. 3.
    Differs: Keras has no Inception v4. No convolution has a bias, since batch
    normalisation, with a scale, follows.

    Args:
        input_shape: (height, width, channels); None sides stay open.
        classes: int >= 1.
        include_top: bool; False ends with the last block's map.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or the input too
            small.
    """
    _check_net(input_shape, classes, 75)
    inputs = keras.Input(input_shape)
    x = _stem_v4(inputs)
    for block, name, count in _V4:
        for i in range(count):
            x = block(x, name=f"{name}{i + 1}")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(0.2, name="dropout")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name="inception_v4")


def inception_resnet_v2(
    input_shape=(299, 299, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build Inception-ResNet v2: Inception blocks as branches of a ResNet.

    Parameters: 55 873 736 for ImageNet, 60 544 of them the statistics of
    batch normalisation, which are not trained.

    Source: Szegedy et al. 2016, Fig. 15.
    Differs: as in Keras, the stem is that of Inception v3 and one of its
    blocks; there are 10, 20 and 10 blocks where the figure has 5, 10 and 5,
    and a map has 320, 1088 or 2080 channels where Figs. 16, 17 and 19 have
    384, 1154 and 2048; no dropout.

    Args:
        input_shape: (height, width, channels); None sides stay open.
        classes: int >= 1.
        include_top: bool; False ends with the last convolution's map.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, or the input too
            small.
    """
    _check_net(input_shape, classes, 75)
    inputs = keras.Input(input_shape)
    x = _stem_resnet_v2(inputs)
    for block, name, count in _RESNET_V2:
        for i in range(count):
            x = block(x, name=f"{name}{i + 1}")
    x = _conv_bn(x, 1536, 1, 1, "same", bn_scale=False, name="top")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name="inception_resnet_v2")
