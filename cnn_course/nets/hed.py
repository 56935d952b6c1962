"""HED: Xie & Tu 2015, https://arxiv.org/abs/1504.06375.

Holistically-nested edge detection, learned outlines. Block: side_output.
Network: hed, the convolutions of VGG-16 with a side output behind each of its
five stages.
"""

import keras
from keras import layers


def side_output(x, height, width, name=None):
    """Weigh the channels into one map, and enlarge it to the picture's size.

    Parameters: C + 1, with C input channels.

    Source: Xie & Tu 2015, Fig. 3 and sec. 3: side-output layers.
    Differs: enlarged bilinearly by the library, not by a transposed
    convolution whose kernel is fixed to be bilinear.

    Args:
        x: tensor (batch, rows, columns, channels), channels known.
        height: int >= 1, pixels of the output.
        width: int >= 1, pixels of the output.
        name: layer-name prefix such as "side1"; None: Keras picks.

    Returns:
        Tensor (batch, height, width, 1).
    """
    x = layers.Conv2D(1, 1, name=name and f"{name}_conv")(x)
    return layers.Resizing(height, width, name=name and f"{name}_resize")(x)


# VGG-16's: the convolutions of each stage and their filters.
STAGES = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
# Mean red, green and blue of the pictures that the weights were trained on.
MEANS = (122.67892, 116.66877, 104.00699)


def hed(input_shape=(224, 224, 3)):
    """Build HED: colour pictures, 0 to 255 -> how surely each pixel is an edge.

    Parameters: 14 716 171.

    Source: Xie & Tu 2015, sec. 3 and 4.1: VGG-16 to its last convolution, a
    side output for each stage, and a weighted sum of the five.
    Differs: no border of 35 pixels around the picture; poolings round odd
    sides up; red comes first, and the means are taken off inside.

    Args:
        input_shape: (height, width, 3), fixed sides of at least 16 pixels.

    Returns:
        keras.Model, with outputs (batch, height, width, 1) from 0 to 1.

    Raises:
        ValueError: the shape is another.
    """
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            "Channels must be last here, not first: call "
            'keras.config.set_image_data_format("channels_last").'
        )
    if len(input_shape) != 3 or input_shape[2] != 3:
        raise ValueError(
            "input_shape must be (height, width, 3), since the means are those "
            f"of red, green and blue; got {input_shape}."
        )
    height, width, _ = input_shape
    if not min(height or 0, width or 0) >= 16:
        raise ValueError(
            "height and width must be >= 16, and fixed, since maps are "
            f"enlarged to them; got {input_shape}."
        )
    inputs = keras.Input(input_shape)
    offset = [-mean for mean in MEANS]
    x = layers.Rescaling(1.0, offset=offset, name="minus_mean")(inputs)
    sides = []
    for stage, (num_convs, filters) in enumerate(STAGES, start=1):
        if stage > 1:
            pool = {"padding": "same", "name": f"block{stage - 1}_pool"}
            x = layers.MaxPooling2D(2, **pool)(x)
        for i in range(num_convs):
            conv = {"activation": "relu", "name": f"block{stage}_conv{i + 1}"}
            x = layers.Conv2D(filters, 3, padding="same", **conv)(x)
        sides.append(side_output(x, height, width, name=f"side{stage}"))
    x = layers.Concatenate(name="sides")(sides)
    x = layers.Conv2D(1, 1, activation="sigmoid", name="fuse")(x)
    return keras.Model(inputs, x, name="hed")
