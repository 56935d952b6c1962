"""Build an Inception block from a table of its branches, as a figure has it."""

from keras import layers


def branches(x, table, *, scale=True):
    """Concatenate branches of convolution, batch normalisation and ReLU.

    Args:
        x: tensor.
        table: list of branches, each a list of steps: "average" and "max"
            (3x3, same size), "max/2" (3x3, valid, stride 2), (filters, height,
            width), (filters, height, width, 2) for a valid one with stride 2,
            or a list of branches.
        scale: bool, of batch normalisation.

    Returns:
        Tensor.
    """
    ends = []
    for branch in table:
        y = x
        for step in branch:
            y = _step(y, step, scale)
        ends.append(y)
    return layers.Concatenate()(ends) if len(ends) > 1 else ends[0]


def _step(x, step, scale):
    if step == "average":
        return layers.AveragePooling2D(3, 1, "same")(x)
    if step == "max":
        return layers.MaxPooling2D(3, 1, "same")(x)
    if step == "max/2":
        return layers.MaxPooling2D(3, 2)(x)
    if isinstance(step, list):
        return branches(x, step, scale=scale)
    filters, height, width, *strides = step
    x = layers.Conv2D(
        filters,
        (height, width),
        strides[0] if strides else 1,
        "valid" if strides else "same",
        use_bias=False,
    )(x)
    return layers.ReLU()(layers.BatchNormalization(scale=scale)(x))
