"""U-Net: Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597.

Block: u_block, a whole U. Network: unet, which labels every pixel.
"""

import keras
from keras import layers


def u_block(x, filters, depth, name=None):
    """Look at x at its own size and, below that, at half the size and so on.

    Two 3x3 convolutions with ReLU; their result goes on to the right and,
    halved by max-pooling, down to a U of its own with twice the filters. What
    comes back is doubled in size by a 2x2 transpose convolution, laid on what
    went right, and convolved twice again. The lowest U is the two convolutions
    alone.
    Parameters: 9·C·K + 9·K² + 89·K²·T + 7·K·D − 5·K, with C input channels,
    K filters, D = 2 to the power of depth and T = (D² − 1) / 3.

    Source: Ronneberger et al. 2015, sec. 2 and Fig. 1.
    Differs: convolutions are padded, as is usual by now, so that the map
    keeps its size and nothing is cropped before it is laid on.

    Args:
        x: tensor (batch, height, width, channels); height and width must be
            multiples of 2 to the power of depth.
        filters: int >= 1, at the size of x; twice as many at half the size.
        depth: int >= 0, how often the size is halved.
        name: layer-name prefix such as "u"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, filters).

    Raises:
        ValueError: filters or depth is no int in its range.
    """
    for what, value, least in (("filters", filters, 1), ("depth", depth, 0)):
        if not isinstance(value, int) or value < least:
            raise ValueError(
                f"{what} must be an int >= {least}; got {value!r}."
            )

    def named(part):
        return name and f"{name}_{part}"

    def conv(x, part):
        options = {"activation": "relu", "kernel_initializer": "he_normal"}
        options |= {"padding": "same", "name": named(part)}
        return layers.Conv2D(filters, 3, **options)(x)

    x = conv(conv(x, "1_conv"), "2_conv")
    if depth == 0:
        return x
    low = layers.MaxPooling2D(name=named("pool"))(x)
    low = u_block(low, 2 * filters, depth - 1, name=named("low"))
    low = layers.Conv2DTranspose(filters, 2, strides=2, name=named("up"))(low)
    x = layers.Concatenate(name=named("concat"))([x, low])
    return conv(conv(x, "3_conv"), "4_conv")


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


def _check_sides(shape, depth):
    step = 2**depth
    if any(side is not None and side % step for side in shape[:2]):
        raise ValueError(
            f"Height and width must be multiples of {step} for depth={depth}; "
            f"got {tuple(shape)}. Pad the pictures, or take a smaller depth."
        )


def _open_sides(x, depth):
    """Pass pictures on, or tell those whose sides are no multiples.

    A layer class of our own would be missing where the saved model is loaded
    with Keras alone, so this is Keras's, with another call while it lives.
    """
    layer = layers.Identity(name="sides")

    def call(x):
        _check_sides(x.shape[1:], depth)
        return x

    layer.call = call
    return layer(x)


def unet(
    input_shape=(256, 256, 1),
    classes=2,
    *,
    filters=64,
    depth=4,
    include_top=True,
    classifier_activation="softmax",
):
    """Build U-Net: a class for every pixel.

    Source: Ronneberger et al. 2015, Fig. 1.
    Parameters: 31 030 658 for grey pictures and two classes.
    Differs: as in `u_block`; the paper's dropout at the end of the way down
    is left out.

    Args:
        input_shape: (height, width, channels); sides are multiples of 2 to
            the power of depth; None sides stay open, and pictures of other
            sides are an error when they come. (Saved and loaded, the network
            leaves that error to Keras.)
        classes: int >= 1.
        filters: int >= 1, of the first convolutions; each halving doubles it.
        depth: int >= 0, how often the size is halved.
        include_top: bool; False ends with the map of `filters` channels.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model, pictures -> (batch, height, width, classes).

    Raises:
        ValueError: an argument is outside the ranges above.
    """
    has_depth = isinstance(depth, int) and depth >= 0  # else u_block tells
    _check_net(input_shape, classes, 2**depth if has_depth else 1)
    if has_depth:
        _check_sides(input_shape, depth)
    x = inputs = keras.Input(input_shape)
    if has_depth and None in input_shape[:2]:
        x = _open_sides(x, depth)
    x = u_block(x, filters, depth, name="u")
    if include_top:
        x = layers.Conv2D(
            classes, 1, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name="unet")
