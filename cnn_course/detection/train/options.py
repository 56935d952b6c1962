"""The command's options: what they are, and which values will do."""

from pathlib import Path
from typing import NamedTuple

from cnn_course.console.arguments import Parser, check_out, number

FEWEST_EPOCHS = 10  # of a stage, however large the set
UNFREEZE = 30  # layers of a trained backbone, counted from its end


class Stage(NamedTuple):
    """A stretch of the training.

    name: str.
    pictures: int, how many are seen in it, if the set is no larger.
    rate: float, the peak of AdamW's learning rate.
    frozen: bool, whether the backbone stays as it is.
    """

    name: str
    pictures: int
    rate: float
    frozen: bool = False


class Start(NamedTuple):
    """What suits a backbone.

    wide_enough: int, pixels that the small things shall have each way.
    stages: tuple of Stage, in order.
    """

    wide_enough: int
    stages: tuple


STARTS = {
    "scratch": Start(16, (Stage("training", 8_000, 5e-3),)),
    "lite0": Start(
        32,
        (
            Stage("frozen", 1_200, 3e-3, frozen=True),
            Stage("unfrozen", 2_000, 1e-3),
        ),
    ),
}


def _parser():
    parser = Parser(
        prog="python -m cnn_course.detection.train",
        description="Train a detector on pictures with boxes. Once "
        "interrupted, the same command goes on where it was.",
    )
    text = "a JSON file in COCO's format, a folder with one, or a folder like "
    text += "Pascal VOC's: Annotations/*.xml and JPEGImages/"
    parser.add_argument("dataset", metavar="DATASET", help=text)

    def add(name, kind, default, text, metavar="N", **more):
        text += "" if default is None else " (default: %(default)s)"
        options = {"type": kind, "default": default, "help": text, **more}
        parser.add_argument(name, metavar=metavar, **options)

    text = "the model; class names, curves and the worst mistakes go beside it"
    add("--out", Path, Path("model.keras"), text, "MODEL.keras")
    text = "scratch: random weights; lite0: EfficientNet-Lite0 with "
    text += "ImageNet's, for few pictures (default: %(default)s)"
    parser.add_argument(
        "--backbone", choices=STARTS, default="scratch", help=text
    )
    text = "folder that a COCO file's picture names start from, if it is not "
    text += "found beside the file"
    add("--image-folder", str, None, text, "FOLDER")
    text = "find only these classes (default: all that have things)"
    add("--classes", str, None, text, "NAME", nargs="+")
    share = "share of the pictures to validate on"
    add("--validation-split", number(0, 1, float), 0.2, share, "SHARE")
    text = "another set to validate on; DATASET is not split then"
    add("--validation", str, None, text, "DATASET")
    text = "longer side in pixels to which pictures are scaled (default: what "
    text += "the smallest things need)"
    add("--image-size", number(32, 2048), None, text)
    text = "times that each picture is seen (default: what the set needs)"
    add("--epochs", number(1), None, text)
    text = "pictures in a step (default: a tenth of them, from 4 to 16)"
    add("--batch-size", number(1), None, text)
    text = "do not mirror pictures: left and right mean something, as in text"
    parser.add_argument("--no-flip", action="store_true", help=text)
    text = "decides the split, the order and the first weights"
    add("--seed", number(0, 2**32 - 1), 0, text)
    return parser


def parse(argv=None):
    """Read and check the command line.

    Args:
        argv: list of str; None: the command line's own.

    Returns:
        argparse.Namespace.

    Raises:
        ValueError: an option is unknown or out of range, or a model cannot be
            written where --out says.
    """
    options = _parser().parse_args(argv)
    check_out(options.out)
    return options


def epochs_of(stage, pictures, epochs, backbone):
    """How many epochs a stage has.

    Args:
        stage: Stage.
        pictures: int >= 1, in the training set.
        epochs: int, --epochs: of all stages together; None: what the set needs.
        backbone: str, a key of STARTS.

    Returns:
        int >= 1.
    """
    stages = STARTS[backbone].stages
    if epochs is not None:
        before = stages[: stages.index(stage)]
        total = sum(one.pictures for one in stages)
        ends = [sum(one.pictures for one in before)]
        ends.append(ends[0] + stage.pictures)
        first, last = (round(epochs * end / total) for end in ends)
        return max(last - first, 1)
    return max(round(stage.pictures / pictures), FEWEST_EPOCHS)
