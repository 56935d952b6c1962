"""Object detection: boxes, NMS, COCO's scores, YOLO and Faster R-CNN.

Read boxes.py and nms.py first, then coco.py (coco_input.py and masks.py read
what it is given). sliding.py, yolo/ and faster_rcnn/ are three ways to find
things; detect/ has them look at photographs, folders and films, train/ is the
command that trains one on a set of your own. readers.py, mask_files.py and
writers.py are the files: COCO JSON, Pascal VOC and PNG masks, by way of
annotated.py and polygons.py.
"""

from cnn_course.detection.boxes import convert_boxes, iou
from cnn_course.detection.coco import (
    coco_evaluate,
    interpolate_precision,
    precision_recall,
)
from cnn_course.detection.detect import Found, detect
from cnn_course.detection.nms import nms

__all__ = [
    "Found",
    "coco_evaluate",
    "convert_boxes",
    "detect",
    "interpolate_precision",
    "iou",
    "nms",
    "precision_recall",
]
