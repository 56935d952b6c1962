"""`fit` without waiting: a step is traced once, for all trainings of a network.

Keras makes the optimizer's and the metrics' variables when it first needs
them: in the first step, while TensorFlow traces it. A function that has made
variables is traced once more, without them. So all of forward, backward and
update becomes a graph twice, which takes seconds in a deep network.
(Keras 3.15.1, keras/src/backend/tensorflow/trainer.py, `_maybe_symbolic_build`;
TensorFlow 2.21.0, `tf.function`, "variables are only created once".)

A new network is traced anew, and so is each network after a call of
`keras.utils.set_random_seed`, which throws TensorFlow's prepared graphs away.
To train from several random starts, draw them all first, and train one
network from each.
"""

import keras

OPEN = 64  # sides that a dataset leaves open, a multiple of all our strides


def _check_compiled(model):
    if not model.compiled:
        raise ValueError(
            f"model {model.name!r} must be compiled first: model.compile(...)."
        )


def _first_row(data):
    """Zeros for a dataset, without drawing from it; else a first row."""
    spec = getattr(data, "element_spec", None)
    if spec is not None:
        return keras.tree.map_structure(
            lambda s: keras.ops.zeros(
                [1, *(side or OPEN for side in s.shape[1:])], s.dtype.name
            ),
            spec,
        )
    if isinstance(data, keras.utils.PyDataset):
        data = data[0]
    return keras.tree.map_structure(lambda a: a[:1], data)


def build_for_fit(model, data):
    """Make the variables that `fit` would make in its first step.

    Weights, counters and what `fit` returns stay as they are; a dataset is not
    drawn from. `compile` again, and the optimizer is new: build again.

    Args:
        model: keras.Model, built and compiled.
        data: what `fit` will get: a tf.data.Dataset or PyDataset of batches,
            or a tuple of arrays (x, y) or (x, y, sample_weight).

    Returns:
        The model.

    Raises:
        ValueError: the model is not compiled.
    """
    _check_compiled(model)
    row = keras.utils.unpack_x_y_sample_weight(_first_row(data))
    x, y, sample_weight = row
    y_pred = model(x, training=False)
    model.optimizer.build(model.trainable_variables)
    told = {"x": x, "y": y, "y_pred": y_pred, "sample_weight": sample_weight}
    model.compute_loss(**told, training=False)
    model.compute_metrics(**told)
    model.reset_metrics()
    return model


def draw_starts(make, seeds):
    """Draw the first weights of a network, for several trainings of it.

    Args:
        make: function without arguments that returns a new keras.Model.
        seeds: iterable of ints, each for keras.utils.set_random_seed.

    Returns:
        List of lists of arrays, as from `get_weights`, one for each seed.
    """
    starts = []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        starts.append(make().get_weights())
    return starts


def start_over(model, weights):
    """Give a compiled network other weights, and an optimizer without a past.

    The learning rate stays as it is; a schedule starts from its first step.

    Args:
        model: keras.Model, compiled.
        weights: list of arrays, as from `get_weights`.

    Raises:
        ValueError: the weights don't fit, or the model is not compiled.
    """
    _check_compiled(model)
    model.set_weights(weights)
    optimizer = model.optimizer
    new = optimizer.from_config(optimizer.get_config())
    for either in (optimizer, new):
        either.build(model.trainable_variables)
    for variable, first in zip(optimizer.variables, new.variables, strict=True):
        variable.assign(first)
