"""The command: its options read, the work done, a status returned."""

import sys

from cnn_course.console.arguments import one_line
from cnn_course.detection.train.options import STARTS, parse

_WORDS = (
    ("image_folder=", "--image-folder"),
    ("validation_split", "--validation-split"),
)


def main(argv=None):
    """Run the command.

    TensorFlow computes deterministically from then on, in this process.

    Args:
        argv: list of str; None: the command line's own.

    Returns:
        int, the exit status: 0, or 2 after one sentence on the standard error
        output, or 130 after Ctrl-C.
    """
    try:
        options = parse(argv)
        # Now and not before: --help and a wrong option need no TensorFlow.
        import cnn_course.console.quiet  # isort: skip
        import tensorflow as tf

        from cnn_course.detection.train.recipe import prepare, train
        from cnn_course.detection.train.report import report
        from cnn_course.pipelines.unfinished import remove_work

        tf.config.experimental.enable_op_determinism()
        job = prepare(options)
    except KeyboardInterrupt:
        print("\nInterrupted before the training.")
        return 130
    except (OSError, ValueError) as error:
        print(f"train: {one_line(error, _WORDS)}", file=sys.stderr)
        return 2
    try:
        history, kept, best = {}, "", -1.0
        for stage in STARTS[options.backbone].stages:
            history[stage.name], epoch, best = train(job, stage, best)
            kept = f"epoch {epoch} of {stage.name}" if epoch else kept
        report(job, history, kept)
        remove_work(job.work)
    except OSError as error:  # a full disk, say
        print(f"train: {one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from the last epoch.")
        return 130
    return 0
