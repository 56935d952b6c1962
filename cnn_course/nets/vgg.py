"""VGG: Simonyan & Zisserman 2014, https://arxiv.org/abs/1409.1556.

Block: vgg_block. Networks: vgg16, vgg19, and vgg for any number of layers.
"""

import keras
from keras import layers

_FILTERS = (64, 128, 256, 512, 512)  # of the five stages


def vgg_block(x, filters, num_convs, name=None):
    """Apply 3x3 convolutions with ReLU, then halve the sides by max-pooling.

    Parameters: 9·C·K + 9·N·K² − 9·K² + N·K, with C input channels, K filters
    and N convolutions; pooling has none.

    Source: Simonyan & Zisserman 2014, sec. 2.1 and Table 1.

    Args:
        x: tensor (batch, height, width, channels), channels known, sides at
            least 2.
        filters: int >= 1, channels of every convolution.
        num_convs: int >= 1, convolutions before the pooling.
        name: layer-name prefix such as "block1"; None: Keras picks.

    Returns:
        Tensor (batch, height // 2, width // 2, filters).

    Raises:
        ValueError: num_convs is no int >= 1.
    """
    if not isinstance(num_convs, int) or num_convs < 1:
        raise ValueError(f"num_convs must be an int >= 1; got {num_convs!r}.")

    def named(part):
        return name and f"{name}_{part}"

    for i in range(num_convs):
        conv = {"activation": "relu", "name": named(f"conv{i + 1}")}
        x = layers.Conv2D(filters, 3, padding="same", **conv)(x)
    return layers.MaxPooling2D(2, name=named("pool"))(x)


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


def vgg(
    num_convs,
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
    name="vgg",
):
    """Build a VGG network from the number of convolutions of each stage.

    Source: Simonyan & Zisserman 2014, Table 1.
    Differs: no dropout between the dense layers (sec. 3.1), as in Keras.

    Args:
        num_convs: tuple of five ints >= 1, the convolutions of each stage.
        input_shape: (height, width, channels); None sides stay open, without
            the top.
        classes: int >= 1.
        include_top: bool; False ends with the last pooling's map.
        classifier_activation: of the last layer; None gives logits.
        name: str, the model's name.

    Returns:
        keras.Model.

    Raises:
        ValueError: an argument is outside the ranges above, a side is below
            32, or open with the top.
    """
    _check_net(input_shape, classes, 32)
    if len(num_convs) != len(_FILTERS):
        raise ValueError(
            f"num_convs must hold one int for each of the {len(_FILTERS)} "
            f"stages; got {num_convs}."
        )
    if include_top and None in input_shape:
        raise ValueError(
            "height and width must be fixed with include_top=True, since the "
            f"dense layers weigh every place; got {input_shape}."
        )
    inputs = keras.Input(input_shape)
    x = inputs
    for stage, filters in enumerate(_FILTERS):
        x = vgg_block(x, filters, num_convs[stage], name=f"block{stage + 1}")
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(4096, activation="relu", name="fc1")(x)
        x = layers.Dense(4096, activation="relu", name="fc2")(x)
        x = layers.Dense(
            classes, activation=classifier_activation, name="predictions"
        )(x)
    return keras.Model(inputs, x, name=name)


def vgg16(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build VGG-16, column D; arguments, source and errors as in `vgg`.

    Parameters: 138 357 544 for ImageNet.
    """
    return vgg(
        (2, 2, 3, 3, 3),
        input_shape,
        classes,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="vgg16",
    )


def vgg19(
    input_shape=(224, 224, 3),
    classes=1000,
    *,
    include_top=True,
    classifier_activation="softmax",
):
    """Build VGG-19, column E; arguments, source and errors as in `vgg`.

    Parameters: 143 667 240 for ImageNet.
    """
    return vgg(
        (2, 2, 4, 4, 4),
        input_shape,
        classes,
        include_top=include_top,
        classifier_activation=classifier_activation,
        name="vgg19",
    )
