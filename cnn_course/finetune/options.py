"""The command's options: what they are, and which values will do."""

import argparse
from pathlib import Path
from typing import NamedTuple

from cnn_course.console.arguments import Parser, check_out, number


class Start(NamedTuple):
    """What suits a trained network; sizes in pixels, rates are Adam's."""

    color_mode: str
    smallest: int
    image_size: int
    unfreeze: int
    head_rate: float
    fine_rate: float


STARTS = {
    "lite0": Start("rgb", 32, 224, 10, 3e-3, 1e-4),
    "imagenet": Start("rgb", 32, 224, 10, 3e-3, 1e-5),
    "course": Start("grayscale", 8, 32, 4, 1e-2, 1e-4),
}


def _address(text):
    host, _, port = text.rpartition(":")
    if host and port.isdecimal() and 0 < int(port) < 65536:
        return text
    raise argparse.ArgumentTypeError(
        f"must be HOST:PORT, such as 10.0.0.1:5000, got {text!r}"
    )


def _parser():
    parser = Parser(
        prog="python -m cnn_course.finetune",
        description="Fine-tune a trained network on a folder of pictures. "
        "Once interrupted, the same command goes on where it was.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="of class subfolders")

    def add(name, kind, default, text, metavar="N"):
        text += "" if default is None else " (default: %(default)s)"
        options = {"type": kind, "default": default, "help": text}
        parser.add_argument(name, metavar=metavar, **options)

    text = "lite0: EfficientNet-Lite0, colour, from an installed package; "
    text += "imagenet: MobileNet v2, colour, downloaded; course: the course's "
    text += "small network, grey (default: %(default)s)"
    parser.add_argument("--weights", choices=STARTS, default="lite0", help=text)
    text = "side to which pictures are resized, in pixels (default: 224, "
    text += "which 160 would make twice as fast; 32 for course)"
    add("--image-size", number(1), None, text)
    add("--head-epochs", number(1), 30, "epochs with a frozen base")
    add("--epochs", number(0), 10, "epochs of fine-tuning at most; 0: none")
    text = "layers to fine-tune, counted from the base's end without batch "
    text += "normalisation (default: 10, 4 for course)"
    add("--unfreeze", number(0), None, text)
    add("--batch-size", number(1), 32, "pictures in a step")
    share = "share of the pictures to test on"
    add("--validation-split", number(0, 1, float), 0.2, share, "SHARE")
    text = "a folder with the same classes to test on; FOLDER is not split then"
    add("--validation", str, None, text, "FOLDER")
    text = "decides the split, the order and the head's first weights"
    add("--seed", number(0, 2**32 - 1), 0, text)
    text = "go on without the pictures that cannot be used"
    parser.add_argument("--skip-broken", action="store_true", help=text)
    text = "the model; class names, curves and confusion matrix go beside it"
    add("--out", Path, Path("model.keras"), text, "MODEL.keras")
    text = "GPUs of this machine to train on, or parts of its processor if it "
    add("--devices", number(1), 1, text + "has none")
    text = "where process 0 can be reached by all"
    add("--coordinator", _address, None, text, "HOST:PORT")
    text = "processes that train together, each with --devices; JAX only"
    add("--processes", number(1), 1, text)
    add("--process-id", number(0), 0, "which of them this is, from 0", "I")
    return parser


def parse(argv=None):
    """Read and check the command line.

    Args:
        argv: list of str; None: the command line's own.

    Returns:
        argparse.Namespace, start in it telling what suits the weights.

    Raises:
        ValueError: an option is unknown or out of range, or a model cannot be
            written where --out says.
    """
    options = _parser().parse_args(argv)
    start = options.start = STARTS[options.weights]
    folder, out = options.folder, options.out
    if options.image_size is None:
        options.image_size = start.image_size
    if options.unfreeze is None:
        options.unfreeze = start.unfreeze
    if options.image_size < start.smallest:
        raise ValueError(
            f"--image-size must be at least {start.smallest} for --weights "
            f"{options.weights}; got {options.image_size}."
        )
    _check_group(options)
    check_out(out)
    for one in filter(None, (folder, options.validation)):
        if out.resolve().is_relative_to(Path(one).resolve()):
            raise ValueError(
                f"--out must lie outside {one!r}, where each subfolder is a "
                f"class; got {str(out)!r}."
            )
    return options


def _check_group(options):
    processes, devices = options.processes, options.devices
    if processes > 1 and options.coordinator is None:
        raise ValueError(
            "--processes needs --coordinator HOST:PORT, an address of process "
            "0's machine with a free port, the same for all processes."
        )
    if options.process_id >= processes:
        raise ValueError(
            f"--process-id must be below --processes, {processes}; got "
            f"{options.process_id}."
        )
    if options.batch_size % (processes * devices):
        raise ValueError(
            f"--batch-size must be a multiple of --processes times --devices, "
            f"{processes} x {devices}: each device gets as many pictures; got "
            f"{options.batch_size}."
        )
