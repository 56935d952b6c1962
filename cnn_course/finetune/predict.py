"""What a fine-tuned model says of pictures: printed, and as a CSV file.

python -m cnn_course.finetune predict model.keras PICTURE_OR_FOLDER ...
"""

import argparse
import csv
import json
import os
import sys
from pathlib import Path

import numpy as np

from cnn_course.datasets.decoding import find_pictures, read_picture

_AT_ONCE = 32  # pictures


def main(argv):
    """Run the command.

    Args:
        argv: list of str, what follows the word "predict".

    Returns:
        int, the exit status: 0; 2 after one sentence on the standard error
        output, or if a picture could not be read.
    """
    parser = argparse.ArgumentParser(
        prog="python -m cnn_course.finetune predict",
        description="Print the class of each picture and its probability.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL.keras")
    text = "a picture, or a folder with pictures at any depth"
    parser.add_argument("paths", nargs="+", metavar="PICTURE", help=text)
    text = "write all classes' probabilities, a row for each picture"
    parser.add_argument("--csv", type=Path, metavar="FILE", help=text)
    options = parser.parse_args(argv)
    try:
        model, names = load(options.model)
        paths = list_pictures(options.paths)
        answers = list(predict(model, paths))
    except (OSError, ValueError) as error:
        print(f"predict: {error}", file=sys.stderr)
        return 2
    read = [(path, scores) for path, scores, why in answers if not why]
    for path, scores in read:
        best = int(np.argmax(scores))
        print(f"{path}: {names[best]}, {scores[best]:.1%}")
    for path, _, why in answers:
        if why:
            print(f"predict: left out {path}: {why}", file=sys.stderr)
    if options.csv is not None:
        with open(options.csv, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["picture", "class", *names])
            for path, scores in read:
                row = [path, names[int(np.argmax(scores))], *scores.tolist()]
                writer.writerow(row)
        print(f"Written: {options.csv}, {len(read)} of {len(answers)} pictures")
    return 0 if len(read) == len(answers) else 2


def load(path):
    """Load a model that `finetune` has written, and its class names.

    Args:
        path: path of the .keras file; the names lie beside it.

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
                f"{one} is missing: finetune writes the model and, beside it, "
                "the names of the classes."
            )
    import cnn_course.console.quiet  # isort: skip
    import keras

    model = keras.models.load_model(path)
    names = json.loads(beside.read_text(encoding="utf-8"))
    if len(names) != model.output_shape[-1]:
        raise ValueError(
            f"{beside} must have a name for each of the model's "
            f"{model.output_shape[-1]} classes; it has {len(names)}."
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


def predict(model, paths):
    """Classify picture files, as `finetune` has read them to train.

    Args:
        model: keras.Model, that resizes pictures by itself.
        paths: list of str.

    Yields:
        (path, scores, why) in order: a float array (classes,) and "", or None
        and why the file was not read.
    """
    import tensorflow as tf

    mode = "grayscale" if model.input_shape[-1] == 1 else "rgb"
    resize = model.get_layer("resize")
    size = (resize.height, resize.width)
    for start in range(0, len(paths), _AT_ONCE):
        some, pictures, reasons = paths[start : start + _AT_ONCE], [], {}
        for path in some:
            try:
                picture = read_picture(path, mode)
            except ValueError as error:
                reasons[path] = str(error).removeprefix(f"{path} ")
            else:
                # The model would, but of one size at a time.
                pictures.append(tf.image.resize(picture, size))
        answers = iter(())
        if pictures:
            answers = iter(np.asarray(model(tf.stack(pictures))))
        for path in some:
            if path in reasons:
                yield path, None, reasons[path]
            else:
                yield path, next(answers), ""
