"""AlexNet: Krizhevsky et al. 2012, https://doi.org/10.1145/3065386.

Network: alexnet. Its layers differ too much from each other for a block.
"""

import keras
from keras import layers

_CONVOLUTIONS = (
    # (name, filters, kernel_size, strides, padding, pooled)
    ("conv1", 96, 11, 4, "valid", True),
    ("conv2", 256, 5, 1, "same", True),
    ("conv3", 384, 3, 1, "same", False),
    ("conv4", 384, 3, 1, "same", False),
    ("conv5", 256, 3, 1, "same", True),
)


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


def alexnet(
    input_shape=(227, 227, 3),
    classes=1000,
    *,
    dropout_rate=0.5,
    include_top=True,
    classifier_activation="softmax",
):
    """Build AlexNet, five convolutions and three dense layers, all ReLU.

    Parameters: 62 378 344 for pictures of 227x227x3 and 1000 classes.

    Source: Krizhevsky et al. 2012, Fig. 2 and sec. 3.5; overlapping pooling as
    in sec. 3.4, dropout as in sec. 4.2.
    Differs: one network, not two halves on two GPUs, so conv2, conv4 and conv5
    see all channels and not half of them (the paper's way has 60 965 224
    parameters). No local response normalisation (sec. 3.3): it has no
    parameters, and Simonyan & Zisserman 2014, sec. 4.1, found no gain from it.
    The paper says 224 pixels, but its 55x55 maps need 227.

    Args:
        input_shape: (height, width, channels); None sides stay open, without
            the top.
        classes: int >= 1.
        dropout_rate: 0 <= float < 1, share of numbers dropped before each of
            the two hidden dense layers.
        include_top: bool; False ends with the last pooling's map.
        classifier_activation: of the last layer; None gives logits.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, a side is below
            67, or open with the top.
    """
    _check_net(input_shape, classes, 67)
    if include_top and None in input_shape:
        raise ValueError(
            "height and width must be fixed with include_top=True, since the "
            f"dense layers weigh every place; got {input_shape}."
        )
    inputs = keras.Input(input_shape)
    x = inputs
    for name, filters, kernel_size, strides, padding, pooled in _CONVOLUTIONS:
        conv = {"activation": "relu", "name": name}
        x = layers.Conv2D(filters, kernel_size, strides, padding, **conv)(x)
        if pooled:
            x = layers.MaxPooling2D(3, 2, name=name.replace("conv", "pool"))(x)
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        for name in ("6", "7"):
            x = layers.Dropout(dropout_rate, name=f"dropout{name}")(x)
            x = layers.Dense(4096, activation="relu", name=f"dense{name}")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name="alexnet")
