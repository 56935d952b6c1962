"""What learns: two maps of a backbone, brought together, and YOLO's head.

Lin et al. 2017, "Feature pyramid networks", https://arxiv.org/abs/1612.03144.
"""

import keras
from keras import layers

from cnn_course.detection import yolo
from cnn_course.nets import efficientnet_lite0
from cnn_course.pretrained import load_imagenet_weights


def scratch():
    """Make `yolo.backbone` with one more stage, its weights random.

    Returns:
        keras.Model, pictures (batch, height, width, 3), 0 to 255 -> maps of
        stride 8 (64 channels) and of stride 16 (128 channels).
    """
    inputs = keras.Input((None, None, 3))
    fine = yolo.backbone(inputs)
    x = y = yolo.conv_unit(fine, 128, strides=2, name="stage4")
    for i in (1, 2):
        y = yolo.conv_unit(y, 128, name=f"stage4_unit1_{i}")
    coarse = layers.Add(name="stage4_unit1_add")([x, y])
    return keras.Model(inputs, [fine, coarse], name="backbone")


def lite0():
    """Make EfficientNet-Lite0 with ImageNet's weights, cut off at stride 16.

    Returns:
        keras.Model, pictures (batch, height, width, 3), 0 to 255 -> maps of
        stride 8 (40 channels) and of stride 16 (112 channels).

    Raises:
        OSError: the package with the weights is not installed.
    """
    net = efficientnet_lite0((None, None, 3), include_top=False)
    load_imagenet_weights(net)
    maps = [net.get_layer(f"{block}_add").output for block in _LITE0]
    return keras.Model(net.input, maps, name="backbone")


_LITE0 = ("block3_2", "block5_3")  # the last of stride 8, and of stride 16
BACKBONES = {"scratch": scratch, "lite0": lite0}


def detector(image_size, classes, base):
    """Put a backbone, its two maps' sum, and YOLO's free head together.

    The coarse map has seen more of the picture, the fine one knows better
    where things are: one level of a feature pyramid.

    Source: Lin et al. 2017, sec. 3, Fig. 3.
    Differs: one level predicts; there, each does.

    Args:
        image_size: (height, width) in pixels, multiples of 16.
        classes: int >= 1.
        base: keras.Model, one of BACKBONES.

    Returns:
        keras.Model, pictures (batch, height, width, 3), 0 to 255 -> (batch,
        height / 8, width / 8, 4 + classes), as `yolo.predict` reads it.
    """
    inputs = keras.Input((*image_size, 3))
    fine, coarse = base(inputs)
    coarse = layers.Conv2D(64, 1, name="coarse")(coarse)
    coarse = layers.UpSampling2D(name="coarse_up")(coarse)
    fine = layers.Conv2D(64, 1, name="fine")(fine)
    x = layers.Add(name="together")([fine, coarse])
    x = yolo.conv_unit(x, 64, name="neck")
    outputs = yolo.free_head(x, classes)
    return keras.Model(inputs, outputs, name="detector")
