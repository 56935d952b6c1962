"""Every picture of the course, by name or made to order; start in named.py.

named.py loads labelled sets: of data/ (bundled.py), photographs by class
(things.py), the public sets' own files (public_files.py); crops.py cuts up.
Made on the spot: handwriting.py (digits of any size), scenes.py (digits on
photographs, with boxes and masks), letters.py, gestures.py. placing.py finds
room for things; downloads.py says what may be downloaded.
decoding.py reads picture files, by one rule for the whole course.
"""

from cnn_course.datasets.bundled import faces, painting, photo, photo_names
from cnn_course.datasets.crops import (
    SURFACES,
    random_crops,
    stretch_contrast,
    surfaces,
)
from cnn_course.datasets.decoding import read_picture
from cnn_course.datasets.downloads import wants_full
from cnn_course.datasets.labelled import LabelledImages, save_as_folder
from cnn_course.datasets.named import load, names
from cnn_course.datasets.things import Thing, list_things, things_folder

__all__ = [
    "SURFACES",
    "LabelledImages",
    "Thing",
    "faces",
    "list_things",
    "load",
    "names",
    "painting",
    "photo",
    "photo_names",
    "random_crops",
    "read_picture",
    "save_as_folder",
    "stretch_contrast",
    "surfaces",
    "things_folder",
    "wants_full",
]
