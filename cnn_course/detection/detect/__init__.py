"""Find things in pictures of any size, in Python or from a command line.

    python -m cnn_course.detection.detect model.keras PICTURE_OR_FOLDER ...

any_picture.py has the function `detect`; command.py is the command.
"""

from cnn_course.detection.detect.any_picture import Found, detect

__all__ = ["Found", "detect"]
