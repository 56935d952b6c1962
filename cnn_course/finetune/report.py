"""The results: files beside the model, and what is printed of them."""

import csv
import json
import os

import matplotlib.pyplot as plt
import numpy as np

from cnn_course import plots
from cnn_course.pipelines.splitting import few_to_validate


def save(job, history, predictions):
    """Write the model, and beside it all that is told of it.

    Args:
        job: Job, its model trained.
        history: dict from stage to list of dict from metric to float.
        predictions: int array (n,), the classes of the validation pictures.

    Returns:
        list of Path: the model, class names, numbers, curves, confusion.
    """
    out, names = job.options.out, job.train.class_names
    endings = "classes.json", "history.csv", "curves.png", "confusion.png"
    paths = [out, *(out.with_suffix(f".{ending}") for ending in endings)]
    job.model.save(job.work / "model.keras")
    os.replace(job.work / "model.keras", out)  # all of it, or nothing
    text = json.dumps(names, indent=1, ensure_ascii=False)
    paths[1].write_text(text + "\n", encoding="utf-8")
    rows = [
        {"stage": stage, "epoch": epoch, **metrics}
        for stage, epochs in history.items()
        for epoch, metrics in enumerate(epochs, start=1)
    ]
    with open(paths[2], "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    lines = {"training": "accuracy", "validation": "val_accuracy"}
    lines = {name: [row[key] for row in rows] for name, key in lines.items()}
    axes = {"xlabel": "epoch", "ylabel": "accuracy"}
    plots.curves(lines, **axes, title="base frozen | fine-tuned")
    plt.axvline(len(history["head"]) + 0.5, color="black", linewidth=1)
    plt.savefig(paths[3], bbox_inches="tight")
    plt.close()
    plots.confusion_matrix(job.val.labels, predictions, names)
    plt.xticks(rotation=90)
    right = (job.val.labels == predictions).mean()
    plt.title(f"{right:.1%} of {len(predictions)} validation pictures right")
    plt.savefig(paths[4], bbox_inches="tight")
    plt.close()
    return paths


def _fine_tuning(epochs, kept, accuracy):
    """What came of it, to follow the accuracy of the frozen base."""
    if not epochs:
        return "."
    if not kept:
        return (
            f". Fine-tuning did not help in {epochs} epochs: the model from "
            "before is kept."
        )
    return (
        f", {accuracy:.1%} fine-tuned. Kept is epoch {kept} of {epochs}, the "
        "best on these very pictures."
    )


def report(job, history, frozen, kept):
    """Save the results, and print what came out and how to use it.

    Args:
        job: Job, its model trained.
        history: dict from stage to list of dict from metric to float.
        frozen: float, the accuracy before fine-tuning.
        kept: int, the epoch of fine-tuning that is kept; 0: none.
    """
    names, labels = job.train.class_names, job.val.labels
    predictions = job.model.predict(job.val, verbose=0).argmax(axis=-1)
    paths = save(job, history, predictions)
    width = max(5, *map(len, names))
    print(f"{'class':{width}} training validation")
    for i, name in enumerate(names):
        counts = (job.train.labels == i).sum(), (labels == i).sum()
        print(f"{name:{width}} {counts[0]:8} {counts[1]:10}")
    right = (predictions == labels).mean()
    print(
        f"Accuracy on {len(labels)} validation pictures: {frozen:.1%} with the "
        f"base frozen{_fine_tuning(len(history['fine-tuning']), kept, right)}"
        f"{few_to_validate(names, labels)}"
    )
    wrong = np.zeros((len(names), len(names)), int)
    np.add.at(wrong, (labels, predictions), labels != predictions)
    true, taken = np.unravel_index(wrong.argmax(), wrong.shape)
    if wrong.any():
        print(
            f"Worst confusion: {wrong[true, taken]} of {(labels == true).sum()}"
            f" {names[true]!r} were taken for {names[taken]!r}."
        )
    print("Written:", *paths, sep="\n  ")
    color_mode = job.options.start.color_mode
    print(
        "Use it:\n"
        f"  python -m cnn_course.finetune predict {paths[0]} "
        "PICTURE_OR_FOLDER\n"
        "or in Python; read_picture reads as the training did:\n"
        "  import json, keras\n"
        "  from cnn_course.datasets import read_picture\n"
        f"  model = keras.models.load_model({str(paths[0])!r})\n"
        f'  picture = read_picture("PICTURE", {color_mode!r})\n'
        '  scores = model.predict(picture[None].astype("float32"))[0]\n'
        f"  names = json.load(open({str(paths[1])!r}))\n"
        "  print(names[scores.argmax()], scores.max())"
    )
