"""Inception v2 and v3: Szegedy et al. 2015, https://arxiv.org/abs/1512.00567.

Blocks: inception_v2_block (5x5 as two 3x3); inception_v3_a_block, _b_block
(7x7 as 1x7 and 7x1) and _c_block, and the reductions between them,
reduction_v3_a_block and _b_block. Network: inception_v3.
"""

from functools import partial

import keras
from keras import layers


def inception_v2_block(x, filters, name=None):
    """Apply the first Inception block with its 5x5 as two 3x3 in a row.

    Each convolution is followed by batch normalisation and ReLU.
    Parameters: C·K1 + C·R3 + 9·R3·K3 + C·R5 + 9·R5·K5 + 9·K5² + C·P + 3·K1 +
    3·R3 + 3·K3 + 3·R5 + 6·K5 + 3·P, with C input channels and filters (K1,
    R3, K3, R5, K5, P).

    Source: Szegedy et al. 2015, Fig. 5; Ioffe & Szegedy 2015 for batch
    normalisation.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: six ints >= 1, as in `googlenet.inception_block`: of the
            1x1; of the 1x1 before the 3x3, and of the 3x3; of the 1x1 before
            the two 3x3, and of each of the two; of the 1x1 after the pool.
        name: layer-name prefix such as "mixed0"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, K1 + K3 + K5 + P).

    Raises:
        ValueError: filters does not have six entries.
    """
    if len(filters) != 6:
        raise ValueError(f"filters must be six ints; got {filters!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        bn = {"scale": False, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    one, three_reduce, three, five_reduce, five, pool_proj = filters
    a = conv_bn(x, one, 1, "1x1")
    b = conv_bn(x, three_reduce, 1, "3x3_reduce")
    b = conv_bn(b, three, 3, "3x3")
    c = conv_bn(x, five_reduce, 1, "5x5_reduce")
    c = conv_bn(c, five, 3, "5x5_1")
    c = conv_bn(c, five, 3, "5x5_2")
    d = layers.AveragePooling2D(3, 1, "same", name=named("pool"))(x)
    d = conv_bn(d, pool_proj, 1, "pool_proj")
    return layers.Concatenate(name=named("concat"))([a, b, c, d])


def inception_v3_a_block(x, pool_filters, name=None):
    """Apply 1x1, 5x5, two 3x3 and an average pool side by side, at 35x35.

    Parameters: 176·C + C·P + 216336 + 3·P, with C input channels and P
    filters after the pool; batch normalisation, without a scale, has three
    numbers a channel.

    Source: Szegedy et al. 2015, Fig. 5, with the filters of Keras.
    Differs: as in Keras, 5x5 where the figure has 3x3; the paper's table
    gives no filters for the branches.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        pool_filters: int >= 1, of the 1x1 after the pool.
        name: layer-name prefix such as "mixed0"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, 224 + pool_filters).
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        bn = {"scale": False, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    a = conv_bn(x, 64, 1, "1x1")
    b = conv_bn(x, 48, 1, "5x5_reduce")
    b = conv_bn(b, 64, 5, "5x5")
    c = conv_bn(x, 64, 1, "3x3_reduce")
    c = conv_bn(c, 96, 3, "3x3_1")
    c = conv_bn(c, 96, 3, "3x3_2")
    d = layers.AveragePooling2D(3, 1, "same", name=named("pool"))(x)
    d = conv_bn(d, pool_filters, 1, "pool_proj")
    return layers.Concatenate(name=named("concat"))([a, b, c, d])


def reduction_v3_a_block(x, name=None):
    """Halve the sides by 3x3, two 3x3 and a max-pool, all of stride 2.

    Parameters: 3520·C + 140160, with C input channels.

    Source: Szegedy et al. 2015, Fig. 10, with the filters of Keras.

    Args:
        x: tensor (batch, height, width, channels), channels known, sides >= 3.
        name: layer-name prefix such as "mixed3"; None: Keras picks.

    Returns:
        Tensor (batch, (height - 1) // 2, (width - 1) // 2, 480 + channels).
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

    a = conv_bn(x, 384, 3, "3x3", strides=2)
    b = conv_bn(x, 64, 1, "double_reduce")
    b = conv_bn(b, 96, 3, "double_1")
    b = conv_bn(b, 96, 3, "double_2", strides=2)
    c = layers.MaxPooling2D(3, 2, name=named("pool"))(x)
    return layers.Concatenate(name=named("concat"))([a, b, c])


def inception_v3_b_block(x, filters, name=None):
    """Apply 7x7 as 1x7 and 7x1, once and twice, and two 1x1, at 17x17.

    Parameters: 384·C + 2·C·K + 28·K² + 2706·K + 2304, with C input
    channels and K filters; batch normalisation, without a scale, has three
    numbers a channel.

    Source: Szegedy et al. 2015, Fig. 6 with n = 7.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1, within the two long branches.
        name: layer-name prefix such as "mixed4"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, 768).
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
    b = conv_bn(x, filters, 1, "7x7_reduce")
    b = conv_bn(b, filters, (1, 7), "7x7_1")
    b = conv_bn(b, 192, (7, 1), "7x7_2")
    c = conv_bn(x, filters, 1, "double_reduce")
    c = conv_bn(c, filters, (7, 1), "double_1")
    c = conv_bn(c, filters, (1, 7), "double_2")
    c = conv_bn(c, filters, (7, 1), "double_3")
    c = conv_bn(c, 192, (1, 7), "double_4")
    d = layers.AveragePooling2D(3, 1, "same", name=named("pool"))(x)
    d = conv_bn(d, 192, 1, "pool_proj")
    return layers.Concatenate(name=named("concat"))([a, b, c, d])


def reduction_v3_b_block(x, name=None):
    """Halve the sides by 3x3, by 7x7 and 3x3, and by a max-pool.

    Parameters: 384·C + 1404672, with C input channels.

    Source: Szegedy et al. 2015, Fig. 10, with the filters of Keras.

    Args:
        x: tensor (batch, height, width, channels), channels known, sides >= 3.
        name: layer-name prefix such as "mixed8"; None: Keras picks.

    Returns:
        Tensor (batch, (height - 1) // 2, (width - 1) // 2, 512 + channels).
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

    a = conv_bn(x, 192, 1, "3x3_reduce")
    a = conv_bn(a, 320, 3, "3x3", strides=2)
    b = conv_bn(x, 192, 1, "7x7_reduce")
    b = conv_bn(b, 192, (1, 7), "7x7_1")
    b = conv_bn(b, 192, (7, 1), "7x7_2")
    b = conv_bn(b, 192, 3, "7x7_3", strides=2)
    c = layers.MaxPooling2D(3, 2, name=named("pool"))(x)
    return layers.Concatenate(name=named("concat"))([a, b, c])


def inception_v3_c_block(x, name=None):
    """Apply 1x3 and 3x1 side by side, after 1x1 and after 3x3, at 8x8.

    Parameters: 1344·C + 3327552, with C input channels.

    Source: Szegedy et al. 2015, Fig. 7, with the filters of Keras.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        name: layer-name prefix such as "mixed9"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, 2048).
    """

    def named(part):
        return name and f"{name}_{part}"

    def conv_bn(x, filters, kernel_size, part):
        conv = {"use_bias": False, "name": named(f"{part}_conv")}
        x = layers.Conv2D(filters, kernel_size, padding="same", **conv)(x)
        bn = {"scale": False, "name": named(f"{part}_bn")}
        x = layers.BatchNormalization(**bn)(x)
        return layers.ReLU(name=named(f"{part}_relu"))(x)

    def wide_and_tall(x, part):
        wide = conv_bn(x, 384, (1, 3), f"{part}_1x3")
        tall = conv_bn(x, 384, (3, 1), f"{part}_3x1")
        return layers.Concatenate(name=named(f"{part}_concat"))([wide, tall])

    a = conv_bn(x, 320, 1, "1x1")
    b = wide_and_tall(conv_bn(x, 384, 1, "3x3_reduce"), "3x3")
    c = conv_bn(x, 448, 1, "double_reduce")
    c = wide_and_tall(conv_bn(c, 384, 3, "double"), "double")
    d = layers.AveragePooling2D(3, 1, "same", name=named("pool"))(x)
    d = conv_bn(d, 192, 1, "pool_proj")
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


_STEM = (
    # filters, kernel_size, strides, padding; or a max-pool 3x3 of stride 2
    (32, 3, 2, "valid"),
    (32, 3, 1, "valid"),
    (64, 3, 1, "same"),
    "pool",
    (80, 1, 1, "valid"),
    (192, 3, 1, "valid"),
    "pool",
)
_BLOCKS = (
    partial(inception_v3_a_block, pool_filters=32),  # 35x35
    partial(inception_v3_a_block, pool_filters=64),
    partial(inception_v3_a_block, pool_filters=64),
    reduction_v3_a_block,
    partial(inception_v3_b_block, filters=128),  # 17x17
    partial(inception_v3_b_block, filters=160),
    partial(inception_v3_b_block, filters=160),
    partial(inception_v3_b_block, filters=192),
    reduction_v3_b_block,
    inception_v3_c_block,  # 8x8
    inception_v3_c_block,
)


def inception_v3(
    input_shape=(299, 299, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build Inception v3: eleven blocks of five kinds after a plain stem.

    Parameters: 23 851 784 for ImageNet, 34 432 of them the statistics of
    batch normalisation, which are not trained.

    Source: Szegedy et al. 2015, Table 1, with the filters of Keras.
    Differs: as in Keras, there is no auxiliary head, and batch normalisation
    has no scale, since ReLU and a convolution follow.

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
    inputs = x = keras.Input(input_shape)
    for number, row in enumerate(_STEM, start=1):
        if row == "pool":
            x = layers.MaxPooling2D(3, 2, name=f"stem{number}_pool")(x)
            continue
        conv = {"use_bias": False, "name": f"stem{number}_conv"}
        x = layers.Conv2D(*row, **conv)(x)
        bn = {"scale": False, "name": f"stem{number}_bn"}
        x = layers.BatchNormalization(**bn)(x)
        x = layers.ReLU(name=f"stem{number}_relu")(x)
    for number, block in enumerate(_BLOCKS):
        x = block(x, name=f"mixed{number}")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name="inception_v3")
