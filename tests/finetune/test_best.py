import re
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from eager_fits import eagerly
from finetune_runs import curve, run
from hypothesis import given
from hypothesis import strategies as st

from cnn_course import datasets
from cnn_course.finetune import options
from cnn_course.finetune.best import PATIENCE, Best

SCORES = st.tuples(st.integers(0, 3), st.integers(0, 3))


def logs(score):
    return {"val_accuracy": score[0] / 3, "val_loss": float(score[1])}


def train(best, backups, model, scores):
    """What Keras does with the callback, an epoch for each score."""
    for epoch, score in list(enumerate(scores))[len(backups.history) :]:
        if best.is_over():
            break
        model.value = epoch + 1
        best.set_model(model)
        best.on_epoch_end(epoch, logs(score))
        backups.history.append(logs(score))
        assert model.stop_training == best.is_over()


@given(st.lists(SCORES, min_size=1, max_size=9), SCORES, st.integers(0, 9))
def test_keeps_the_best_and_stops(tmp_path_factory, scores, start, killed):
    """Also in a run that was killed after some epochs."""
    folder = tmp_path_factory.mktemp("open")
    backups = SimpleNamespace(open=folder, history=[])
    model = SimpleNamespace(value=0, stop_training=False)
    model.get_weights = lambda: [np.array([model.value])]
    best = Best(backups, model, logs(start))
    train(best, backups, model, scores[:killed])
    model.value = 0  # as `fine_tune` starts again
    best = Best(backups, model, logs(start))
    train(best, backups, model, scores)

    seen = [start, *scores[: len(backups.history)]]
    rank = [(accuracy, -loss) for accuracy, loss in seen]
    assert best.kept == rank.index(max(rank))  # the first of equals
    assert best.weights[0] == best.kept
    if len(seen) <= len(scores):
        assert len(seen) - 1 - best.kept == PATIENCE
    for epochs in range(1, len(seen) - 1):  # and not before
        so_far = rank[: epochs + 1]
        assert epochs - so_far.index(max(so_far)) < PATIENCE


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mine") / "pictures"
    datasets.save_as_folder(datasets.surfaces(per_class=6), folder)
    return folder


@eagerly()
def test_fine_tuning_that_spoils_leaves_the_head_s_model(
    mine, tmp_path, monkeypatch, capsys
):
    """Steps a million times too large, and one model that had none at all."""
    spoiling = options.STARTS["course"]._replace(fine_rate=100.0)
    monkeypatch.setitem(options.STARTS, "course", spoiling)
    models = []
    for epochs in (9, 0):
        out = tmp_path / f"{epochs}.keras"
        more = ("--head-epochs", "20", "--epochs", str(epochs))
        assert run(mine, out, *more) == 0
        models.append(keras.models.load_model(out).get_weights())
        printed = capsys.readouterr().out
        words = f"did not help in {PATIENCE} epochs: the model from before"
        assert (words in printed) == (epochs > 0)
    for tuned, frozen in zip(*models, strict=True):
        np.testing.assert_array_equal(tuned, frozen)
    stages = [row["stage"] for row in curve(tmp_path / "9.keras")]
    assert stages.count("fine-tuning") == PATIENCE


@eagerly()
def test_the_epoch_that_is_kept_has_the_accuracy_that_is_told(
    mine, tmp_path, monkeypatch, capsys
):
    faster = options.STARTS["course"]._replace(head_rate=1e-5, fine_rate=1e-2)
    monkeypatch.setitem(options.STARTS, "course", faster)
    out = tmp_path / "model.keras"
    assert run(mine, out, "--head-epochs", "1", "--epochs", "4") == 0
    printed = capsys.readouterr().out
    told, kept, epochs = re.search(
        r"([\d.]+)% fine-tuned\. Kept is epoch (\d) of (\d)", printed
    ).groups()
    rows = [row for row in curve(out) if row["stage"] == "fine-tuning"]
    assert len(rows) == int(epochs)
    accuracies = [float(row["val_accuracy"]) for row in rows]
    assert f"{max(accuracies):.1%}" == f"{told}%"
    assert accuracies[int(kept) - 1] == max(accuracies)
    about = re.search(
        r"About (\d+) s for the features of all pictures, then at most 4 "
        r"epochs of fine-tuning, each (\d+) s or less\.",
        printed,
    )
    assert int(about[1]) <= int(about[2])
