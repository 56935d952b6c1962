"""Networks and their blocks, one paper one file, on Keras alone.

Each file has its blocks first, then the networks made of them; copied alone,
it runs. Read resnet.py first, the shortest way from a block to a network.
CATALOGUE.md lists them all, with a picture of each block.
"""

from cnn_course.nets.alexnet import alexnet
from cnn_course.nets.densenet import densenet121
from cnn_course.nets.efficientnet import (
    efficientnet_b0,
    efficientnet_b1,
    efficientnet_b2,
    efficientnet_b3,
    efficientnet_b4,
    efficientnet_b5,
    efficientnet_b6,
    efficientnet_b7,
)
from cnn_course.nets.efficientnet_lite import (
    efficientnet_lite0,
    efficientnet_lite1,
    efficientnet_lite2,
    efficientnet_lite3,
    efficientnet_lite4,
)
from cnn_course.nets.googlenet import googlenet
from cnn_course.nets.hed import hed
from cnn_course.nets.inception_v3 import inception_v3
from cnn_course.nets.inception_v4 import inception_resnet_v2, inception_v4
from cnn_course.nets.lenet import lenet5
from cnn_course.nets.mobilenet_v1 import mobilenet_v1
from cnn_course.nets.mobilenet_v2 import mobilenet_v2
from cnn_course.nets.mobilenet_v3 import (
    mobilenet_v3_large,
    mobilenet_v3_small,
)
from cnn_course.nets.resnet import (
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
)
from cnn_course.nets.unet import unet
from cnn_course.nets.vgg import vgg16, vgg19

__all__ = [
    "alexnet",
    "densenet121",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_lite0",
    "efficientnet_lite1",
    "efficientnet_lite2",
    "efficientnet_lite3",
    "efficientnet_lite4",
    "googlenet",
    "hed",
    "inception_resnet_v2",
    "inception_v3",
    "inception_v4",
    "lenet5",
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "unet",
    "vgg16",
    "vgg19",
]
