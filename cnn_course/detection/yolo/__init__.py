"""YOLO: each cell of a grid says what has its centre there, and how large.

Read cells.py (pixels and cells), then one of the two ways: anchors.py (2015,
2016) or anchor_free.py (2019 and later); each goes from boxes to targets, has
the loss, and goes back. network.py makes the network, pictures.py feeds it and
reads it out.
"""

from cnn_course.detection.yolo.anchor_free import (
    box_loss,
    class_loss,
    decode_free,
    distance_iou,
    encode_free,
    free_loss,
)
from cnn_course.detection.yolo.anchors import (
    decode,
    encode,
    grid_loss,
    grid_terms,
)
from cnn_course.detection.yolo.cells import read_out
from cnn_course.detection.yolo.network import (
    STAGES,
    backbone,
    conv_unit,
    free_head,
    grid_head,
    yolo,
)
from cnn_course.detection.yolo.pictures import make_targets, predict

__all__ = [
    "STAGES",
    "backbone",
    "box_loss",
    "class_loss",
    "conv_unit",
    "decode",
    "decode_free",
    "distance_iou",
    "encode",
    "encode_free",
    "free_head",
    "free_loss",
    "grid_head",
    "grid_loss",
    "grid_terms",
    "make_targets",
    "predict",
    "read_out",
    "yolo",
]
