"""Every fact of the notes that the course recomputes, by notebook number.

The notebooks compute and assert the same facts where they teach them.
"""

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course import datasets, filters
from cnn_course.geometry import (
    layer_table,
    output_size,
    padding_amounts,
    receptive_field,
    same_padding,
)
from cnn_course.scratch import conv2d, conv2d_backward, convolve_one, pool2d


def pool(mode):
    x = np.array([[2, 3, 1, 9], [4, 7, 3, 5], [8, 2, 2, 2], [1, 3, 4, 5]])
    return pool2d(x[None, ..., None], 2, mode=mode).ravel().tolist()


def half(left, right):
    return np.repeat([[left] * 3 + [right] * 3], 6, axis=0)


def recovered_sobel_error():
    """Largest error of Sobel's weights, solved from a photo's edge map."""
    photo = datasets.photo("cat", grey=True, max_side=96)[None, ..., None] / 255
    edges = conv2d(photo, filters.SOBEL_VERTICAL[..., None, None])
    hessian = np.stack(
        [
            conv2d_backward(
                conv2d(photo, unit.reshape(3, 3, 1, 1)),
                photo,
                unit.reshape(3, 3, 1, 1),
            )[1].ravel()
            for unit in np.eye(9)
        ]
    )
    slope = conv2d_backward(edges, photo, np.zeros((3, 3, 1, 1)))[1].ravel()
    solution = np.linalg.solve(hessian, slope).reshape(3, 3)
    return np.abs(solution - filters.SOBEL_VERTICAL).max()


def survived_convolutions(n, kernel_size):
    """Valid convolutions until the kernel no longer fits."""
    count = 0
    while n >= kernel_size:
        n, count = output_size(n, kernel_size), count + 1
    return count


def model(shape, *stack):
    return keras.Sequential([keras.Input(shape), *stack])


def small_convnet():
    return model(
        (39, 39, 3),
        layers.Conv2D(10, 3),
        layers.Conv2D(20, 5, strides=2),
        layers.Conv2D(40, 5, strides=2),
        layers.Flatten(),
    )


def lenet_like():
    return model(
        (32, 32, 3),
        layers.Conv2D(6, 5),
        layers.MaxPooling2D(2),
        layers.Conv2D(16, 5),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(120),
        layers.Dense(84),
        layers.Dense(10),
    )


def output_shapes(network):
    return [row.output_shape for row in layer_table(network).rows]


def parameters(network):
    counts = (row.parameters for row in layer_table(network).rows)
    return [count for count in counts if count]


X_IMAGE = [
    [1, 1, 1, 0, 0],
    [0, 1, 1, 1, 0],
    [0, 0, 1, 1, 1],
    [0, 0, 1, 1, 0],
    [0, 1, 1, 0, 0],
]
VGG16_TABLE = {  # the notes' column of parameters, less the max-pool's
    "convolutions": [
        (3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256),
        (256, 256), (256, 512), (512, 512), (512, 512), (512, 512),
        (512, 512), (512, 512),
    ],
    "dense": [(25088, 4096), (4096, 4096), (4096, 1000)],
}  # fmt: skip

FACTS = [
    # (notebook and fact, what is computed, what the notes or the syllabus say)
    ("01 inputs", lambda: 1000 * 1000 * 3, 3_000_000),
    (
        "01 dense weights",
        # One row of pixels, built; the picture has a thousand of them.
        lambda: (
            1000
            * model(
                (1000 * 3,), layers.Dense(1000, use_bias=False)
            ).count_params()
        ),
        3_000_000_000,
    ),
    (
        "01 bright to dark",
        lambda: convolve_one(half(10, 0), filters.VERTICAL).tolist(),
        [[0, 30, 30, 0]] * 4,
    ),
    (
        "01 dark to bright",
        lambda: convolve_one(half(0, 10), filters.VERTICAL).tolist(),
        [[0, -30, -30, 0]] * 4,
    ),
    (
        "01 absolute value",
        lambda: np.abs(convolve_one(half(0, 10), filters.VERTICAL)).tolist(),
        [[0, 30, 30, 0]] * 4,
    ),
    (
        "01 X filter",
        lambda: convolve_one(
            X_IMAGE, [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
        ).tolist(),
        [[4, 3, 4], [2, 4, 3], [2, 3, 4]],
    ),
    ("01 Sobel recovered", lambda: recovered_sobel_error() < 0.01, True),
    ("02 n - f + 1", lambda: output_size(6, 3), 4),
    ("02 n + 2p - f + 1", lambda: output_size(6, 3, padding=1), 6),
    (
        "02 p = (f - 1) / 2",
        lambda: [same_padding(f) for f in (1, 3, 5, 7)],
        [0, 1, 2, 3],
    ),
    (
        "02 valid 3x3 convolutions in 28x28",
        lambda: survived_convolutions(28, 3),
        13,
    ),
    (
        "02 uses of the corner and the centre pixel",
        lambda: conv2d_backward(
            np.ones((1, 4, 4, 1)),
            np.zeros((1, 6, 6, 1)),
            np.ones((3, 3, 1, 1)),
        )[0][0, [0, 2], [0, 2], 0].tolist(),
        [1, 9],
    ),
    (
        "02 even kernel in Keras",
        lambda: padding_amounts(6, 4, padding="same"),
        (1, 2),
    ),
    ("03 7x7 with 3x3 at stride 2", lambda: output_size(7, 3, stride=2), 3),
    ("03 floor", lambda: output_size(8, 3, stride=2), 3),
    (
        "03 Keras same with a stride",
        lambda: (
            output_size(7, 3, stride=2, padding="same"),
            padding_amounts(6, 3, stride=2, padding="same"),
        ),
        (4, (0, 1)),
    ),
    (
        "04 one filter on a volume",
        lambda: conv2d(np.ones((1, 6, 6, 3)), np.ones((3, 3, 3, 1))).shape,
        (1, 4, 4, 1),
    ),
    (
        "04 two filters on a volume",
        lambda: conv2d(np.ones((1, 6, 6, 3)), np.ones((3, 3, 3, 2))).shape,
        (1, 4, 4, 2),
    ),
    (
        "04 ten filters, any picture size",
        lambda: [
            model((n, n, 3), layers.Conv2D(10, 3)).count_params()
            for n in (8, 64, 1000)
        ],
        [280] * 3,
    ),
    (
        "04 dense against convolution",
        lambda: (
            32 * 32 * 3 * np.prod(output_shapes(lenet_like())[0]),
            parameters(lenet_like())[0],
        ),
        (14_450_688, 456),
    ),
    (
        "04 two 3x3 see as far as one 5x5",
        lambda: receptive_field([(3, 1), (3, 1)]) == receptive_field([(5, 1)]),
        True,
    ),
    ("05 max", lambda: pool("max"), [7, 9, 8, 5]),
    ("05 average", lambda: pool("average"), [4, 4.5, 3.5, 3.25]),
    ("05 min", lambda: pool("min"), [2, 1, 1, 2]),
    (
        "05 no parameters",
        lambda: model((8, 8, 3), layers.MaxPooling2D(2)).count_params(),
        0,
    ),
    (
        "06 shapes",
        lambda: output_shapes(small_convnet()),
        [(37, 37, 10), (17, 17, 20), (7, 7, 40), (1960,)],
    ),
    (
        "06 activation sizes",
        lambda: (
            [32 * 32 * 3]
            + [
                int(np.prod(row.output_shape))
                for row in layer_table(lenet_like()).rows
                if row.kind != "Flatten"
            ]
        ),
        [3072, 4704, 1176, 1600, 400, 120, 84, 10],
    ),
    (
        "06 parameters",
        lambda: parameters(lenet_like()),
        [456, 2416, 48_120, 10_164, 850],
    ),
    (
        "00 the VGG table's total without its max-pool parameters",
        lambda: (
            sum((9 * a + 1) * b for a, b in VGG16_TABLE["convolutions"])
            + sum((a + 1) * b for a, b in VGG16_TABLE["dense"])
        ),
        138_423_208 - 65_664,
    ),
]


@pytest.mark.parametrize(
    ("compute", "expected"),
    [pytest.param(compute, said, id=name) for name, compute, said in FACTS],
)
def test_fact(compute, expected):
    assert compute() == expected
