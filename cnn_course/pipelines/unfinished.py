"""What a killed run leaves behind, whole, so that the next one goes on."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import keras

from cnn_course.console.progress import bar


def fingerprint(model, folder, paths, options):
    """Say what the result of a run depends on.

    Args:
        model: keras.Model, not trained yet.
        folder: path; where the pictures lie in it counts, not where it lies.
        paths: list of path, the pictures and other files.
        options: dict from name to value.

    Returns:
        str, a line of JSON: options, pictures, first weights, Keras's version.
    """
    made_by = f"{keras.__version__} on {keras.backend.backend()}"
    digest = hashlib.sha256(made_by.encode())
    for weight in model.get_weights():
        digest.update(weight.tobytes())
    for path in paths:
        name, status = os.path.relpath(path, folder), os.stat(path)
        text = f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0"
        digest.update(text.encode(errors="surrogateescape"))
    return json.dumps(options | {"made of": digest.hexdigest()}, default=str)


def open_work(work, fingerprint):
    """Make the folder, or keep it if it is of a run like this one.

    Args:
        work: Path of the folder.
        fingerprint: str, what `fingerprint` says of this run.

    Raises:
        ValueError: it has other files.
    """
    mark = work / "run.json"
    if mark.exists():
        if mark.read_text() == fingerprint:
            print(f"Going on with the unfinished run in {work}.")
            return
        print(
            f"The unfinished run in {work} had other arguments or pictures: "
            "starting anew."
        )
        remove_work(work)
    elif work.is_dir() and any(work.iterdir()):
        raise ValueError(
            f"{str(work)!r} must be free for unfinished work, but has other "
            "files: move them, or choose another --out."
        )
    work.mkdir(exist_ok=True)
    mark.write_text(fingerprint)


def remove_work(work):
    """Remove the folder; killed meanwhile, it is of no run any more.

    Args:
        work: Path of the folder.
    """
    mark = work / "run.json"
    mark.write_text("")  # first, since the rest takes several steps
    for path in work.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path != mark:
            path.unlink()
    mark.unlink()
    work.rmdir()


class Backups(keras.callbacks.Callback):
    """Make each of BackupAndRestore's backups whole or absent; show progress.

    Keras overwrites two files, one after the other: killed in between, it
    would go on with the weights of one epoch and the number of another. So it
    writes into a folder "open", the history comes along, and renaming the
    folder makes all of it count in one step.

    Attributes:
        history: list of dict from metric to float, one an epoch.
        open: path of the folder that Keras writes into; of a process that does
            not lead, somewhere else: saving is a step that all take together.

    Args:
        folder: Path of a stage's backups, found or made.
        leads: bool, whether this process is the one that writes.
    """

    def __init__(self, folder, *, leads=True):
        super().__init__()
        self.folder, self.open, self.history = folder, folder / "open", []
        self.leads = leads
        if not leads:
            self.elsewhere = tempfile.TemporaryDirectory()
            self.open = Path(self.elsewhere.name, "open")
        shutil.rmtree(self.open, ignore_errors=True)
        for newest in sorted(folder.glob("epoch_*"))[-1:]:
            shutil.copytree(newest, self.open)
            text = (self.open / "history.json").read_text()
            self.history = json.loads(text)

    def on_train_begin(self, logs=None):
        epochs, steps = self.params["epochs"], self.params["steps"]
        done = len(self.history) * steps
        options = {"total": epochs * steps, "initial": done}
        self.bar = bar(None, f"{self.folder.name}, steps", **options)

    def on_train_batch_end(self, batch, logs=None):
        self.bar.update()

    def on_epoch_end(self, epoch, logs=None):
        self.history.append(logs)
        if not self.leads:
            return
        (self.open / "history.json").write_text(json.dumps(self.history))
        for path in self.open.iterdir():  # on the disk, if the power fails
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
        older = list(self.folder.glob("epoch_*"))
        self.open.rename(self.folder / f"epoch_{epoch + 1:07d}")
        for backup in older:
            shutil.rmtree(backup)

    def on_train_end(self, logs=None):
        self.bar.close()
        if not self.leads:
            self.elsewhere.cleanup()
