"""What a fine-tuned model says of pictures: printed, and as a CSV file.

python -m cnn_course.finetune predict model.keras PICTURE_OR_FOLDER ...
"""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

from cnn_course.datasets.decoding import read_picture

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
        # Now and not before: --help needs no TensorFlow.
        import cnn_course.console.quiet  # isort: skip
        from cnn_course.pipelines.trained import list_pictures, load_trained

        model, names = load_trained(options.model)
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
