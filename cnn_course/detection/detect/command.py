"""What a trained detector finds in pictures: printed, drawn, as COCO results.

python -m cnn_course.detection.detect model.keras PICTURE_OR_FOLDER ...
"""

import json
import sys
from pathlib import Path

from cnn_course.console.arguments import Parser, number, one_line
from cnn_course.datasets.decoding import read_picture
from cnn_course.detection.detect.any_picture import detect


def _parser():
    parser = Parser(
        prog="python -m cnn_course.detection.detect",
        description="Print the things found in each picture, with their scores "
        "and boxes in the picture's own pixels.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL.keras")
    text = "a picture, or a folder with pictures at any depth"
    parser.add_argument("paths", nargs="+", metavar="PICTURE", help=text)
    text = "show what scores more than this (default: %(default)s)"
    options = {"type": number(0, 1, float), "default": 0.5, "help": text}
    parser.add_argument("--score-threshold", metavar="SCORE", **options)
    text = "write each picture with its boxes into this folder"
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help=text)
    text = "write all boxes as COCO's results; image_id is the picture's path"
    parser.add_argument("--json", type=Path, metavar="FILE", help=text)
    return parser


def main(argv=None):
    """Run the command.

    Args:
        argv: list of str; None: the command line's own.

    Returns:
        int, the exit status: 0; 2 after one sentence on the standard error
        output, or if a picture could not be read.
    """
    try:
        options = _parser().parse_args(argv)
        # Now and not before: --help needs no TensorFlow.
        import cnn_course.console.quiet  # isort: skip
        from cnn_course.pipelines.trained import list_pictures, load_trained

        model, names = load_trained(options.model, besides=4)
        paths = list_pictures(options.paths)
        if options.draw is not None:
            options.draw.mkdir(parents=True, exist_ok=True)
        found = list(
            detect(
                model,
                iter(paths),
                class_names=names,
                score_threshold=options.score_threshold,
                skip_broken=True,
            )
        )
        for number_of, one in enumerate(found, start=1):
            _tell(one)
            if options.draw is not None:
                name = f"{number_of:04d}_{Path(one.path).stem}.png"
                _draw(one, options.draw / name)
        if options.json is not None:
            rows = [row for one in found for row in one.to_coco(one.path)]
            options.json.write_text(json.dumps(rows), encoding="utf-8")
            print(f"Written: {options.json}, {len(rows)} boxes")
    except (OSError, ValueError) as error:
        print(f"detect: {one_line(error)}", file=sys.stderr)
        return 2
    return 0 if len(found) == len(paths) else 2


def _tell(found):
    print(f"{found.path}: {len(found.names) or 'nothing'} found")
    for box, name, score in zip(*found[:3], strict=True):
        left, top, right, bottom = box.round().astype(int)
        print(f"  {name} {score:.2f}: {left},{top} to {right},{bottom}")


def _draw(found, path):
    import matplotlib.pyplot as plt

    from cnn_course import plots

    plots.boxes(read_picture(found.path), *found[:3], size=8)
    plt.savefig(path, bbox_inches="tight")
    plt.close()
