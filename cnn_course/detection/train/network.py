"""What learns: maps of a backbone, brought together, and YOLO's head.

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
    """Make EfficientNet-Lite0 with ImageNet's weights, without its top.

    Returns:
        keras.Model, pictures (batch, height, width, 3), 0 to 255 -> maps of
        stride 8 (40 channels), 16 (112 channels) and 32 (320 channels).

    Raises:
        OSError: the package with the weights is not installed.
    """
    net = efficientnet_lite0((None, None, 3), include_top=False)
    load_imagenet_weights(net)
    maps = [net.get_layer(name).output for name in _LAST_OF_STRIDE]
    return keras.Model(net.input, maps, name="backbone")


_LAST_OF_STRIDE = ("block3_2_add", "block5_3_add", "block7_1_project_bn")
BACKBONES = {"scratch": scratch, "lite0": lite0}


def detector(image_size, classes, base):
    """Put a backbone, its maps' sum, and YOLO's free head together.

    A coarse map has seen more of the picture, a fine one knows better where
    things are: one level of a feature pyramid.

    Source: Lin et al. 2017, sec. 3, Fig. 3.
    Differs: one level predicts; there, each does.

    Args:
        image_size: (height, width) in pixels, multiples of the coarsest
            map's stride.
        classes: int >= 1.
        base: keras.Model, one of BACKBONES: maps from fine to coarse.

    Returns:
        keras.Model, pictures (batch, height, width, 3), 0 to 255 -> (batch,
        height / 8, width / 8, 4 + classes), as `yolo.predict` reads it.
    """
    inputs = keras.Input((*image_size, 3))
    *finer, coarsest = base(inputs)
    x = layers.Conv2D(64, 1, name=f"map{len(finer) + 1}")(coarsest)
    for i, maps in reversed(list(enumerate(finer, start=1))):
        x = layers.UpSampling2D(name=f"up{i}")(x)
        maps = layers.Conv2D(64, 1, name=f"map{i}")(maps)
        x = layers.Add(name=f"sum{i}")([maps, x])
    x = yolo.conv_unit(x, 64, name="neck")
    return keras.Model(inputs, yolo.free_head(x, classes), name="detector")
