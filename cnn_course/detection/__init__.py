"""Object detection: boxes, non-max suppression and COCO's scores in NumPy."""

from cnn_course.detection.boxes import convert_boxes, iou
from cnn_course.detection.coco import (
    coco_evaluate,
    interpolate_precision,
    precision_recall,
)
from cnn_course.detection.nms import nms

__all__ = [
    "coco_evaluate",
    "convert_boxes",
    "interpolate_precision",
    "iou",
    "nms",
    "precision_recall",
]
