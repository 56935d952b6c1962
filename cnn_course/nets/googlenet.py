"""GoogLeNet (Inception v1): Szegedy et al. 2014, https://arxiv.org/abs/1409.4842.

Blocks: inception_block and auxiliary_head. Network: googlenet.
"""

import keras
from keras import layers


def inception_block(x, filters, name=None):
    """Look at x with four kernels at once and lay the results on each other.

    The branches are 1x1; 1x1 then 3x3; 1x1 then 5x5; max-pool 3x3 then 1x1.
    Each convolution is followed by ReLU.
    Parameters: C·K1 + K1 + C·R3 + R3 + 9·R3·K3 + K3 + C·R5 + R5 + 25·R5·K5 +
    K5 + C·P + P, with C input channels and filters (K1, R3, K3, R5, K5, P).

    Source: Szegedy et al. 2014, Fig. 2b.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: six ints >= 1, in the order of the paper's Table 1: of the
            1x1; of the 1x1 before the 3x3, and of the 3x3; of the 1x1 before
            the 5x5, and of the 5x5; of the 1x1 after the pool.
        name: layer-name prefix such as "inception_3a"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, K1 + K3 + K5 + P).

    Raises:
        ValueError: filters does not have six entries.
    """
    if len(filters) != 6:
        raise ValueError(f"filters must be six ints; got {filters!r}.")

    def named(part):
        return name and f"{name}_{part}"

    def conv(x, filters, kernel_size, part):
        how = {"padding": "same", "activation": "relu", "name": named(part)}
        return layers.Conv2D(filters, kernel_size, **how)(x)

    one, three_reduce, three, five_reduce, five, pool_proj = filters
    a = conv(x, one, 1, "1x1")
    b = conv(x, three_reduce, 1, "3x3_reduce")
    b = conv(b, three, 3, "3x3")
    c = conv(x, five_reduce, 1, "5x5_reduce")
    c = conv(c, five, 5, "5x5")
    d = layers.MaxPooling2D(3, 1, "same", name=named("pool"))(x)
    d = conv(d, pool_proj, 1, "pool_proj")
    return layers.Concatenate(name=named("concat"))([a, b, c, d])


def auxiliary_head(x, classes, activation="softmax", name=None):
    """Classify the map of a middle layer: a classifier on the side.

    Average-pool 5x5 with stride 3, 128 filters 1x1, a dense layer with 1024
    units, dropout of 70 % and a dense layer with a unit for each class.
    Parameters: 128·C + 128 + 131072·H·W + 1024 + 1024·K + K, with C input
    channels, K classes, and sides H and W after the pool, 4 in GoogLeNet.

    Source: Szegedy et al. 2014, sec. 5.

    Args:
        x: tensor (batch, height, width, channels), height and width known
            and >= 5.
        classes: int >= 1.
        activation: of the last layer; None gives logits.
        name: layer-name prefix such as "aux1", which makes the last layer,
            and so the output, "aux1_predictions"; None: Keras picks.

    Returns:
        Tensor (batch, classes).

    Raises:
        ValueError: the sides of x are not known, or below 5.
    """
    if None in x.shape[1:3] or min(x.shape[1:3]) < 5:
        raise ValueError(
            f"x must have known sides >= 5; got {tuple(x.shape[1:3])}."
        )

    def named(part):
        return name and f"{name}_{part}"

    x = layers.AveragePooling2D(5, 3, name=named("pool"))(x)
    x = layers.Conv2D(128, 1, activation="relu", name=named("conv"))(x)
    x = layers.Flatten(name=named("flatten"))(x)
    x = layers.Dense(1024, activation="relu", name=named("dense"))(x)
    x = layers.Dropout(0.7, name=named("dropout"))(x)
    head = {"activation": activation, "name": named("predictions")}
    return layers.Dense(classes, **head)(x)


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


# Table 1, a row for each block: 1x1; 3x3 reduce, 3x3; 5x5 reduce, 5x5; pool
# projection. A max-pool of stride 2 comes before each stage.
_STAGES = {
    3: {
        "a": (64, 96, 128, 16, 32, 32),
        "b": (128, 128, 192, 32, 96, 64),
    },
    4: {
        "a": (192, 96, 208, 16, 48, 64),
        "b": (160, 112, 224, 24, 64, 64),
        "c": (128, 128, 256, 24, 64, 64),
        "d": (112, 144, 288, 32, 64, 64),
        "e": (256, 160, 320, 32, 128, 128),
    },
    5: {
        "a": (256, 160, 320, 32, 128, 128),
        "b": (384, 192, 384, 48, 128, 128),
    },
}
_HEADS = {"4a": "aux1", "4d": "aux2"}  # the blocks that a head sits on


def googlenet(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    auxiliary_heads=False,
    include_top=True,
    classifier_activation="softmax",
):
    """Build GoogLeNet: nine Inception blocks, and two heads on the side.

    Train the heads with the network, each with a loss weight of 0.3, then
    drop them: `keras.Model(net.input, net.outputs[0])`. Give both `loss` and
    `loss_weights` as dicts, with the names "predictions", "aux1_predictions"
    and "aux2_predictions": beside a list of losses, Keras 3.15 takes the
    weights of a dict in the order of the alphabet.
    Parameters: 6 998 552 for ImageNet, 13 378 280 with the two heads.

    Source: Szegedy et al. 2014, Table 1 and Fig. 3; for the heads sec. 5.
    Differs: local response normalisation, which has no parameters, is left
    out; the VGG paper of the same year found no gain in it. The last average
    pool takes the whole map, so that any side will do.

    Args:
        input_shape: (height, width, channels); None sides stay open.
        classes: int >= 1.
        auxiliary_heads: bool; True: three outputs, a list, the main one
            first. Without the top there are no heads either.
        include_top: bool; False ends with the last stage's map.
        classifier_activation: of the last layers; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, the input too
            small, or a side open though the heads are wanted.
    """
    with_heads = auxiliary_heads and include_top
    if with_heads and None in input_shape[:2]:
        raise ValueError(
            "height and width must be given with auxiliary_heads=True, since "
            f"the heads' dense layers are made for one size; got {input_shape}."
        )
    # The heads need a map of 5x5 after the first four strides.
    _check_net(input_shape, classes, 65 if with_heads else 32)
    inputs = keras.Input(input_shape)
    x = layers.ZeroPadding2D(3, name="conv1_pad")(inputs)
    x = layers.Conv2D(64, 7, 2, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(3, 2, "same", name="pool1")(x)
    x = layers.Conv2D(64, 1, activation="relu", name="conv2_reduce")(x)
    conv = {"padding": "same", "activation": "relu", "name": "conv2"}
    x = layers.Conv2D(192, 3, **conv)(x)
    heads = []
    for stage, blocks in _STAGES.items():
        x = layers.MaxPooling2D(3, 2, "same", name=f"pool{stage - 1}")(x)
        for letter, filters in blocks.items():
            place = f"{stage}{letter}"
            x = inception_block(x, filters, name=f"inception_{place}")
            if with_heads and place in _HEADS:
                head = auxiliary_head(
                    x, classes, classifier_activation, name=_HEADS[place]
                )
                heads.append(head)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(0.4, name="dropout")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, [x, *heads] if heads else x, name="googlenet")
