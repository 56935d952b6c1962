"""The results: files beside the model, and what is printed of them."""

import csv
import json
import os

import keras
import matplotlib.pyplot as plt
import numpy as np

from cnn_course import plots
from cnn_course.detection import (
    coco_evaluate,
    interpolate_precision,
    iou,
    precision_recall,
)
from cnn_course.detection.train.recipe import find
from cnn_course.detection.writers import detections_to_coco, to_coco

_FEW = 5  # things of a class to validate on; below, its AP is a guess
_SHOWN = 12  # mistakes drawn


def best_threshold(curves, counts):
    """The score threshold with the best F1, over all classes.

    Args:
        curves: list of Curve, one a class.
        counts: list of int, the things to find in each.

    Returns:
        (threshold, precision, recall), floats.
    """
    scores, hits = [], []
    for curve, n in zip(curves, counts, strict=True):
        scores.append(curve.score)
        hits.append(np.diff(curve.recall * n, prepend=0) > 0.5)
    scores, hits = np.concatenate(scores), np.concatenate(hits)
    order = np.argsort(-scores, kind="stable")
    scores, right = scores[order], hits[order].cumsum()
    if not len(scores) or not right[-1]:
        return 0.5, 0.0, 0.0
    precision = right / np.arange(1, len(right) + 1)
    recall = right / sum(counts)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    at = int(np.argmax(f1))
    lower = scores[at + 1] if at + 1 < len(scores) else 0.0
    threshold = (scores[at] + lower) / 2
    return float(threshold), float(precision[at]), float(recall[at])


def mistakes(pictures, found, score_threshold):
    """List what is made up, misnamed and missed, the surest first.

    Made up is a box whose IoU with each thing is below 0.3. Of a thing, the
    box with the highest IoU counts: below 0.5 the thing is missed, and else
    misnamed if the box has another name.

    Args:
        pictures: BoxedImages.
        found: (boxes, scores, labels), as from `yolo.predict`.
        score_threshold: boxes above it count.

    Returns:
        list of (score, picture, box, words): of which box or, with score 0, of
        which missed thing; its picture's place; what it is.
    """
    names, listed = pictures.class_names, []
    for i, (boxes, scores, labels) in enumerate(zip(*found, strict=True)):
        sure = scores > score_threshold
        boxes, scores, labels = boxes[sure], scores[sure], labels[sure]
        table = iou(pictures.boxes[i], boxes)
        for thing, label, row in zip(
            pictures.boxes[i], pictures.labels[i], table, strict=True
        ):
            if row.max(initial=0) < 0.5:
                listed.append((0.0, i, thing, f"missed: {names[label]}"))
                continue
            at = row.argmax()
            if labels[at] != label:
                words = f"{names[label]} taken for {names[labels[at]]}"
                listed.append((float(scores[at]), i, boxes[at], words))
        known = np.concatenate([pictures.boxes[i], pictures.crowds[i].boxes])
        for at in np.flatnonzero(iou(known, boxes).max(0, initial=0) < 0.3):
            words = f"made up: {names[labels[at]]}"
            listed.append((float(scores[at]), i, boxes[at], words))
    return sorted(listed, key=lambda one: -one[0])


def _draw_curves(job, history, path):
    """The loss, and the mAP on the validation pictures, epoch by epoch."""
    rows = [row for rows in history.values() for row in rows]
    _, axes = plt.subplots(1, 2, figsize=(11, 3.4))
    axis = {"xlabel": "epoch", "ylabel": "loss", "title": "Training pictures"}
    loss = np.array([row["loss"] for row in rows])
    epochs = np.arange(1, len(rows) + 1)
    plots.curves({"loss": loss}, x=epochs, axis=axes[0], **axis)
    looked = [i for i, row in enumerate(rows) if "val_AP" in row]
    lines = {
        "at IoU 0.5": np.array([rows[i]["val_AP50"] for i in looked]),
        "at IoU 0.5 to 0.95": np.array([rows[i]["val_AP"] for i in looked]),
    }
    axis |= {"ylabel": "mAP", "title": "Validation pictures"}
    plots.curves(lines, x=epochs[looked], axis=axes[1], **axis)
    axes[1].set_ylim(0, 1.02)
    plt.savefig(path, bbox_inches="tight")
    plt.close()


def _draw_mistakes(job, wrong, path):
    """The worst ones, each in its picture."""
    shown = [*wrong[: _SHOWN - 4], *[w for w in wrong if not w[0]]][:_SHOWN]
    if not shown:
        path.unlink(missing_ok=True)
        return
    rows = -(-len(shown) // 4)
    _, axes = plt.subplots(rows, 4, figsize=(11, 3 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, (score, i, box, words) in zip(axes.flat, shown, strict=False):
        title = f"{words}, {score:.2f}" if score else words
        plots.boxes(job.val.images[i], [box], title=title, axis=axis)
    plt.savefig(path, bbox_inches="tight")
    plt.close()


def report(job, history, kept):
    """Save the results, and print what came out and how to use it.

    Args:
        job: Job, its model trained.
        history: dict from stage to list of dict from metric to float.
        kept: str, the epoch that the model is of.
    """
    out, names = job.options.out, job.train.class_names
    endings = "classes.json", "history.csv", "curves.png", "mistakes.png"
    beside = [out.with_suffix(f".{ending}") for ending in endings]
    # Without its loss, the file needs nothing but Keras to be loaded.
    plain = keras.Model(job.model.input, job.model.output, name="detector")
    plain.save(job.work / "model.keras")
    os.replace(job.work / "model.keras", out)  # all of it, or nothing
    text = json.dumps(names, indent=1, ensure_ascii=False)
    beside[0].write_text(text + "\n", encoding="utf-8")
    rows = [
        {"stage": stage, "epoch": epoch, **metrics}
        for stage, epochs in history.items()
        for epoch, metrics in enumerate(epochs, start=1)
    ]
    with open(beside[1], "w", newline="") as file:
        columns = ["stage", "epoch", "loss", "val_AP50", "val_AP"]
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    _draw_curves(job, history, beside[2])
    threshold = _tell_scores(job, kept, beside[3])
    print("Written:", out, *filter(os.path.exists, beside), sep="\n  ")
    print(
        "Use it:\n"
        f"  python -m cnn_course.detection.detect {out} PICTURE_OR_FOLDER "
        f"--score-threshold {threshold:.2f}\n"
        "or in Python:\n"
        "  import json, keras\n"
        "  from cnn_course.detection import detect\n"
        f"  model = keras.models.load_model({str(out)!r})\n"
        f"  names = json.load(open({str(beside[0])!r}))\n"
        '  found = detect(model, "PICTURE", class_names=names, '
        f"score_threshold={threshold:.2f})\n"
        "  print(found.names, found.boxes)"
    )


def _tell_scores(job, kept, path):
    """Print the scores of each class, draw the mistakes; return a threshold."""
    names, truth = job.train.class_names, to_coco(job.val)
    found = find(job.model, job.val)
    listed = detections_to_coco(*found)
    figures = coco_evaluate(truth, listed)
    counts = [
        np.bincount(np.concatenate(part.labels), minlength=len(names))
        for part in (job.train, job.val)
    ]
    width = max(5, *map(len, names))
    print(f"{'class':{width}} training validation AP at IoU 0.5")
    curves = {}
    for i, name in enumerate(names):
        line = f"{name:{width}} {counts[0][i]:8} {counts[1][i]:10}"
        if counts[1][i]:
            curves[i] = precision_recall(truth, listed, category_id=i)
            curve = curves[i].recall, curves[i].precision
            line += f" {interpolate_precision(*curve).mean():13.3f}"
        print(line)
    threshold, precision, recall = best_threshold(
        list(curves.values()), [counts[1][i] for i in curves]
    )
    print(
        f"mAP on {len(job.val.images)} validation pictures: "
        f"{figures['AP50']:.3f} at IoU 0.5, {figures['AP']:.3f} at 0.5 to "
        f"0.95. Kept is {kept}, the best on these very pictures.\n"
        f"With scores above {threshold:.2f}, {precision:.0%} of the boxes are "
        f"right and {recall:.0%} of the things are found."
    )
    few = [f"{names[i]} {n}" for i, n in enumerate(counts[1]) if n < _FEW]
    if few:
        print(
            f"Fewer than {_FEW} things to validate on: {', '.join(few)}. How "
            "well such a class is found, they cannot tell."
        )
    wrong = mistakes(job.val, found, threshold)
    _draw_mistakes(job, wrong, path)
    return threshold
