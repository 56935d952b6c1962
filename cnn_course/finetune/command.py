"""The command: its options read, the work done, a status returned.

With --devices it trains on several devices of one machine. On Keras's JAX
backend it trains on several machines: run it on each, with the same --processes
and --coordinator and with a --process-id of its own; FOLDER and --out must lie
on storage that all of them share. Each reads its share of every batch.
"""

import sys
from functools import partial

from cnn_course import parallel
from cnn_course.console.arguments import one_line
from cnn_course.finetune import predict
from cnn_course.finetune.options import parse


def main(argv=None):
    """Run the command.

    TensorFlow computes deterministically from then on, in this process.

    Args:
        argv: list of str; None: the command line's own. If the first is
            "predict", the rest goes to predict.py.

    Returns:
        int, the exit status: 0, or 2 after one sentence on the standard error
        output, or 130 after Ctrl-C, or 3 if another process has died.
    """
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["predict"]:
        return predict.main(argv[1:])
    try:
        options = parse(argv)
    except (OSError, ValueError) as error:
        print(_one_line(error), file=sys.stderr)
        return 2
    if options.processes == 1:
        return _work(options)
    if parallel.supervised():
        parallel.obey(partial(_work, options))
    command = [sys.executable, "-m", "cnn_course.finetune", *argv]
    log = options.out.with_suffix(f".process_{options.process_id}.log")
    return parallel.supervise(command, log, "finetune")


def _work(options):
    """Do what `main` says, in this process."""
    try:
        # Now and not before: --help and a wrong option need no TensorFlow.
        import cnn_course.console.quiet  # isort: skip
        import tensorflow as tf

        from cnn_course.finetune.job import leads, prepare
        from cnn_course.finetune.recipe import (
            fine_tune,
            say_how_long,
            train_head,
        )
        from cnn_course.finetune.report import report
        from cnn_course.pipelines.unfinished import remove_work

        tf.config.experimental.enable_op_determinism()
        job = prepare(options)
    except KeyboardInterrupt:
        print("\nInterrupted before the training.")
        return 130
    except (OSError, RuntimeError, ValueError) as error:
        if parallel.supervised() and isinstance(error, RuntimeError):
            raise  # it is about another process: the supervisor tells
        print(_one_line(error), file=sys.stderr)
        return 2
    try:
        if leads(job):
            say_how_long(job)
        head, frozen = train_head(job)
        tuned, kept = fine_tune(job, head[-1])
        history = {"head": head, "fine-tuning": tuned}
        if not parallel.leave(job.group, job.model.get_weights()):
            print("The processes' weights differ; process 0's are kept.")
        if leads(job):
            report(job, history, frozen, kept)
            remove_work(job.work)
        else:
            print("Trained. Process 0 writes the results.")
    except OSError as error:  # a full disk, say
        print(_one_line(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from the last epoch.")
        return 130
    return 0


def _one_line(error):
    """Put a message into one line, and into the words of the command."""
    words = (
        ("skip_broken=True", "--skip-broken"),
        ("validation_split", "--validation-split"),
        ("validation_folder=", "--validation"),
        ("validation_folder", "--validation"),
    )
    return f"finetune: {one_line(error, words)}"
