"""Which epoch of fine-tuning is kept, and when it is over."""

import keras
import numpy as np

PATIENCE = 3  # epochs


class Best(keras.callbacks.Callback):
    """Keep the weights of the best epoch; end training that no longer helps.

    Better is a higher accuracy on the validation pictures, and with the same
    accuracy a lower loss. What was there before the first epoch counts, too.

    Attributes:
        weights: list of arrays, the best so far.
        kept: int, the epoch that they are of, from 1; 0: from before.

    Args:
        backups: Backups of this training; the best weights go with them.
        model: keras.Model, as it is before the first epoch.
        start: dict from metric to float, what it reaches then.
    """

    def __init__(self, backups, model, start):
        super().__init__()
        self.backups, self.start = backups, start
        self.weights, self.kept = model.get_weights(), 0
        path = backups.open / "best.npz"
        if path.exists():
            with np.load(path) as file:
                self.kept = int(file["kept"])
                self.weights = [file[f"arr_{i}"] for i in range(len(file) - 1)]

    def is_over(self):
        """Tell whether PATIENCE epochs have brought nothing better."""
        return len(self.backups.history) - self.kept >= PATIENCE

    def on_epoch_end(self, epoch, logs=None):
        best = [self.start, *self.backups.history][self.kept]
        if _score(logs) > _score(best):
            self.weights, self.kept = self.model.get_weights(), epoch + 1
        path = self.backups.open / "best.npz"
        np.savez(path, *self.weights, kept=self.kept)
        self.model.stop_training = epoch + 1 - self.kept >= PATIENCE


def _score(logs):
    return logs["val_accuracy"], -logs["val_loss"]
