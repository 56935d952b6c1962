"""Fits that run step by step: of short ones, tracing is nearly all."""

import contextlib

import keras
import pytest


@contextlib.contextmanager
def eagerly():
    """Let each `fit` run eagerly, as a context or around a function."""
    fit = keras.Model.fit

    def fit_eagerly(self, *args, **options):
        self.run_eagerly = True
        return fit(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Model, "fit", fit_eagerly)
        yield
