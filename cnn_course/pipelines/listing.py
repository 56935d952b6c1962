"""Which files of a folder are pictures of which class; nothing goes unsaid."""

import os
from collections import Counter
from pathlib import Path

from cnn_course.datasets.decoding import find_pictures, is_hidden

_PARTS = {"test", "testing", "train", "training", "val", "valid", "validation"}


def list_classes(folder):
    """List the pictures in a folder's subfolders, as Keras does.

    Hidden files and folders (JupyterLab keeps copies in .ipynb_checkpoints),
    __MACOSX and files without a picture's ending are left out; a line is
    printed that counts them.

    Args:
        folder: path; its subfolders are the classes.

    Returns:
        (class_names, paths): lists of str, both sorted.

    Raises:
        ValueError: there is no such folder, or it is split into sets already.
    """
    if not Path(folder).is_dir():
        raise ValueError(
            "folder must be a folder with a subfolder of pictures for each "
            f"class; {str(folder)!r} is not a folder."
        )
    names, left_out = [], Counter()
    for entry in os.scandir(folder):
        if not entry.is_dir():
            left_out["in no class's folder"] += 1
        elif is_hidden(entry.name):
            inside = (files for _, _, files in os.walk(entry.path))
            left_out["hidden"] += sum(map(len, inside))
        else:
            names.append(entry.name)
    names.sort()
    if len(names) > 1 and {name.lower() for name in names} <= _PARTS:
        raise ValueError(
            f"{str(folder)!r} is split already: its subfolders are "
            f"{', '.join(names)}, and would be taken for classes. Give the "
            "folder for training, and the other one as validation_folder=."
        )
    paths = []
    for name in names:
        found, others = find_pictures(os.path.join(folder, name))
        paths += found
        left_out += others
    left_out = +left_out  # without zeros
    if left_out:
        kinds = ", ".join(f"{n} {kind}" for kind, n in left_out.most_common())
        print(
            f"Left out {left_out.total()} of {left_out.total() + len(paths)} "
            f"files in {str(folder)!r}: {kinds}."
        )
    return names, paths
