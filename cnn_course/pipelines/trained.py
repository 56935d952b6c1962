"""What a command that uses a trained model needs: model, names, pictures."""

import json
import os
from pathlib import Path

from cnn_course.datasets.decoding import find_pictures


def load_trained(path, besides=0):
    """Load a model that a command has written, and its class names.

    Args:
        path: path of the .keras file; the names lie beside it.
        besides: int, numbers that the model says besides the classes' scores:
            4 for a detector's box.

    Returns:
        (keras.Model, list of str).

    Raises:
        ValueError: a file is missing, or the names are of another model.
    """
    path = Path(path)
    beside = path.with_suffix(".classes.json")
    for one in (path, beside):
        if not one.is_file():
            raise ValueError(
                f"{one} is missing: the training writes the model and, beside "
                "it, the names of the classes."
            )
    import cnn_course.console.quiet  # isort: skip
    import keras

    model = keras.models.load_model(path)
    names = json.loads(beside.read_text(encoding="utf-8"))
    classes = model.output_shape[-1] - besides
    if len(names) != classes:
        raise ValueError(
            f"{beside} must have a name for each of the model's {classes} "
            f"classes; it has {len(names)}."
        )
    return model, names


def list_pictures(paths):
    """List files and, of folders, all pictures in them.

    Args:
        paths: list of str, files and folders.

    Returns:
        List of str; hidden files and other endings are left out of folders,
        and their number is printed.

    Raises:
        ValueError: there is no such file, or no picture.
    """
    listed, left_out = [], 0
    for path in paths:
        if os.path.isfile(path):
            listed.append(path)
            continue
        if not os.path.isdir(path):
            raise ValueError(f"{path} is neither a picture nor a folder.")
        found, others = find_pictures(path)
        listed += found
        left_out += others.total()
    if left_out:
        print(f"Left out {left_out} files without a picture's ending.")
    if not listed:
        raise ValueError(f"There is no picture in {', '.join(paths)}.")
    return listed
