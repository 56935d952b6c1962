"""Signs of life in cells that take long: tqdm's bars, gone when done.

The bars go to the standard output, since Jupyter paints the error output red.
"""

import sys

from tqdm import tqdm

_STYLE = {
    "leave": False,
    "ncols": 72,
    "mininterval": 0.5,
    "bar_format": "{desc}: {bar} {n_fmt}/{total_fmt} [{elapsed}<{remaining}]",
}


def bar(items, description, **options):
    """Show how far a loop is.

    Args:
        items: what to loop over; None: call the bar's own update().
        description: str, what is being done.
        **options: tqdm's own, such as total.

    Returns:
        tqdm bar, an iterable over the same items.
    """
    options = _STYLE | options
    return tqdm(items, desc=description, file=sys.stdout, **options)


def fit_bar(description):
    """Make the callback that shows how far `model.fit` is, epoch by epoch.

    Args:
        description: str, what is being trained.

    Returns:
        keras.callbacks.Callback, for `fit(..., verbose=0, callbacks=[...])`.
    """
    import keras

    class FitBar(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            total = self.params["epochs"]
            self.bar = bar(None, description, total=total)

        def on_epoch_end(self, epoch, logs=None):
            self.bar.update()

        def on_train_end(self, logs=None):
            self.bar.close()

    return FitBar()
