"""Train a detector on a set of your own, in COCO's or Pascal VOC's format.

    python -m cnn_course.detection.train DATASET --out model.keras

Read recipe.py first, which trains; sets.py reads, splits and fits the pictures'
size to the things in them, augment.py varies them, network.py is what learns.
command.py has `main`, options.py its arguments, report.py writes the results.
"""

from cnn_course.detection.train.command import main

__all__ = ["main"]
