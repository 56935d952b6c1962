"""Faster R-CNN: first regions that may hold something, then what they hold.

Read anchors.py (where to look), regions.py (proposals and RoI align), then
model.py (two stages, their losses, training and prediction). Boxes are xyxy in
pixels; what is 1/8 of that, in cells of the feature map, says so. All functions
take a batch, and run on every Keras backend.
"""

from cnn_course.detection.faster_rcnn.anchors import (
    SHAPES,
    STRIDE,
    decode_deltas,
    encode_deltas,
    make_anchors,
    match,
    pairwise_iou,
)
from cnn_course.detection.faster_rcnn.model import (
    FasterRCNN,
    make_truth,
    predict_boxes,
)
from cnn_course.detection.faster_rcnn.regions import hats, propose, roi_align

__all__ = [
    "SHAPES",
    "STRIDE",
    "FasterRCNN",
    "decode_deltas",
    "encode_deltas",
    "hats",
    "make_anchors",
    "make_truth",
    "match",
    "pairwise_iou",
    "predict_boxes",
    "propose",
    "roi_align",
]
