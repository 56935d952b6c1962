"""The network: residual units, a backbone, and a head of either kind."""

import keras
from keras import layers

from cnn_course.detection.yolo.anchors import check_anchors
from cnn_course.geometry import whole_number

STAGES = ((16, 0), (32, 2), (64, 1))  # filters, residual units after the stride


def conv_unit(x, filters, strides=1, name=None):
    """Convolve 3x3, normalise the batch, ReLU.

    Parameters: 9·C·K + 4·K, with C input channels and K filters.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1.
        strides: int >= 1.
        name: layer-name prefix; None: Keras picks.

    Returns:
        Tensor (batch, ceil(height / strides), ceil(width / strides), filters).
    """

    def named(part):
        return name and f"{name}_{part}"

    conv = {"padding": "same", "use_bias": False, "name": named("conv")}
    x = layers.Conv2D(filters, 3, strides, **conv)(x)
    # Keras's 0.99 follows too slowly for a training of a few minutes.
    x = layers.BatchNormalization(momentum=0.97, name=named("bn"))(x)
    return layers.ReLU(name=named("relu"))(x)


def backbone(x):
    """Look at a picture: one place for every 8x8 pixels, 64 channels.

    Each stage of STAGES halves the sides and goes on with units that are
    added to their input, as in ResNet.

    Args:
        x: tensor (batch, height, width, 3), 0 to 255.

    Returns:
        Tensor (batch, height / 8, width / 8, 64), rounded up.
    """
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(x)
    for stage, (filters, units) in enumerate(STAGES, start=1):
        x = conv_unit(x, filters, strides=2, name=f"stage{stage}")
        for unit in range(1, units + 1):
            name = f"stage{stage}_unit{unit}"
            y = conv_unit(x, filters, name=f"{name}_1")
            y = conv_unit(y, filters, name=f"{name}_2")
            x = layers.Add(name=f"{name}_add")([x, y])
    return x


def grid_head(x, classes, anchors=((1, 1),), name="grid"):
    """Say p_c, b_x, b_y, b_h, b_w and the classes, for each cell and anchor.

    p_c, b_x, b_y and the classes go through a sigmoid; the size is the
    anchor's times e to the power of the network's number.

    Source: Redmon and Farhadi 2016, sec. 2, "Direct location prediction".

    Args:
        x: tensor (batch, rows, columns, channels).
        classes: int >= 1.
        anchors: (A, 2) heights and widths in cells.
        name: layer-name prefix.

    Returns:
        Tensor (batch, rows, columns, A * (5 + classes)), as from `encode`.

    Raises:
        ValueError: anchors are no pairs above 0.
    """
    x = conv_unit(x, 64, name=name)
    parts = []
    for i, size in enumerate(check_anchors(anchors), start=1):
        for part, units in (("place", 3), ("size", 2), ("class", classes)):
            named = f"{name}_{part}{i}"
            y = layers.Conv2D(units, 1, name=named)(x)
            kind = "exponential" if part == "size" else "sigmoid"
            y = layers.Activation(kind, name=f"{named}_{kind}")(y)
            if part == "size":
                y = layers.Rescaling(
                    list(map(float, size)), name=f"{named}_cells"
                )(y)
            parts.append(y)
    return layers.Concatenate(name=name + "_out")(parts)


def free_head(x, classes, name="free"):
    """Say four distances and the classes' scores, for each cell.

    Boxes and classes have a convolution of their own. Distances go through
    softplus, which is never negative, scores through a sigmoid.

    Source: Tian et al. 2019, Fig. 2; YOLOv8's head.
    Differs: YOLOv8 makes each distance the mean of 16 scored ones.

    Args:
        x: tensor (batch, rows, columns, channels).
        classes: int >= 1.
        name: layer-name prefix.

    Returns:
        Tensor (batch, rows, columns, 4 + classes), as from `encode_free`.
    """
    boxes = conv_unit(x, 64, name=f"{name}_box")
    boxes = layers.Conv2D(
        4,
        1,
        activation="softplus",
        bias_initializer="ones",
        name=f"{name}_distances",
    )(boxes)
    scores = conv_unit(x, 64, name=f"{name}_class")
    # At first every class is unlikely everywhere, which is nearly right.
    rare = keras.initializers.Constant(-4.0)
    scores = layers.Conv2D(
        classes,
        1,
        activation="sigmoid",
        bias_initializer=rare,
        name=f"{name}_scores",
    )(scores)
    return layers.Concatenate(name=f"{name}_out")([boxes, scores])


def yolo(input_shape=(96, 96, 3), classes=10):
    """Make a small YOLO without anchors: backbone and free_head.

    Train it with `free_loss` on `make_targets(pictures, grid=...)`, the grid
    being the sides of its output.

    Parameters: 210 686 for 10 classes.

    Args:
        input_shape: (height, width, 3) in pixels.
        classes: int >= 1.

    Returns:
        keras.Model, pictures (batch, height, width, 3) 0 to 255 -> (batch,
        height / 8, width / 8, 4 + classes), as from `encode_free`.
    """
    inputs = keras.Input(input_shape)
    outputs = free_head(backbone(inputs), whole_number("classes", classes, 1))
    return keras.Model(inputs, outputs, name="yolo")
