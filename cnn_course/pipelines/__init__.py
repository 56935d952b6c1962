"""From pictures to batches that `fit` reads fast; start in folder.py.

listing.py finds its files, broken.py names those that are no pictures,
splitting.py has every class on both sides and no group on both. arrays.py cuts
arrays into batches without tf.data's pauses, fitting.py has each step traced
once, schedule.py has the learning rate of short trainings, features.py computes
a frozen network's features once. unfinished.py lets a killed run end with the
model it would have had; trained.py loads it again.
"""

from cnn_course.pipelines.arrays import batches, untuned
from cnn_course.pipelines.broken import BrokenPicture, broken_pictures
from cnn_course.pipelines.features import Features, load_features, save_features
from cnn_course.pipelines.fitting import build_for_fit, draw_starts, start_over
from cnn_course.pipelines.folder import load_picture, train_val_from_directory
from cnn_course.pipelines.schedule import SlantedTriangle

__all__ = [
    "BrokenPicture",
    "Features",
    "SlantedTriangle",
    "batches",
    "broken_pictures",
    "build_for_fit",
    "draw_starts",
    "load_features",
    "load_picture",
    "save_features",
    "start_over",
    "train_val_from_directory",
    "untuned",
]
