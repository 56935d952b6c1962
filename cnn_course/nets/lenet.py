"""LeNet-5: LeCun et al. 1998, https://doi.org/10.1109/5.726791.

Block: conv_pool_block. Network: lenet5.
"""

import keras
from keras import layers

_STAGES = (("1", 6), ("2", 16))  # (name, filters), each 5x5 and pooled


def conv_pool_block(
    x,
    filters,
    kernel_size=5,
    activation="tanh",
    pooling=layers.AveragePooling2D,
    name=None,
):
    """Convolve without padding, bend by the activation, halve the sides.

    Parameters: F²·C·K + K, with C input channels, K filters and kernels of
    side F; pooling has none.

    Source: LeCun et al. 1998, Fig. 2, layers C1 and S2, C3 and S4.
    Differs: every filter sees every channel, while the paper's C3 connects
    some pairs only (its Table I); the paper's pooling multiplies each map by a
    trained number, adds another and bends the sum once more; its tanh is
    scaled to 1.7159 tanh(2/3 z).

    Args:
        x: tensor (batch, height, width, channels), channels known, sides at
            least kernel_size + 1.
        filters: int >= 1, output channels.
        kernel_size: int >= 1, side of the kernels in pixels.
        activation: Keras activation, after the convolution.
        pooling: a pooling layer's class, layers.AveragePooling2D as in the
            paper or layers.MaxPooling2D.
        name: layer-name prefix such as "stage1"; None: Keras picks.

    Returns:
        Tensor (batch, (height - kernel_size + 1) // 2,
        (width - kernel_size + 1) // 2, filters).

    Raises:
        ValueError: pooling is no class.
    """
    if not callable(pooling):
        raise ValueError(
            "pooling must be a layer's class such as layers.MaxPooling2D; "
            f"got {pooling!r}."
        )

    def named(part):
        return name and f"{name}_{part}"

    conv = {"activation": activation, "name": named("conv")}
    x = layers.Conv2D(filters, kernel_size, **conv)(x)
    return pooling(2, name=named("pool"))(x)


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


def lenet5(
    input_shape=(32, 32, 1),
    classes=10,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build LeNet-5, which read digits on bank cheques.

    Parameters: 61 706 for pictures of 32x32x1 and 10 classes; the paper's
    have 60 000.

    Source: LeCun et al. 1998, sec. II-B, Fig. 2.
    Differs: as `conv_pool_block`; the last layer is dense with softmax, while
    the paper's measures distances to fixed drawings of the characters.

    Args:
        input_shape: (height, width, channels); None sides stay open, without
            the top.
        classes: int >= 1.
        include_top: bool; False ends with the map of the last convolution.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, a side is below
            32, or open with the top.
    """
    _check_net(input_shape, classes, 32)
    if include_top and None in input_shape:
        raise ValueError(
            "height and width must be fixed with include_top=True, since the "
            f"dense layers weigh every place; got {input_shape}."
        )
    inputs = keras.Input(input_shape)
    x = inputs
    for stage, filters in _STAGES:
        x = conv_pool_block(x, filters, name=f"stage{stage}")
    x = layers.Conv2D(120, 5, activation="tanh", name="stage3_conv")(x)
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(84, activation="tanh", name="dense")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name="lenet5")
