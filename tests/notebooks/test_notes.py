"""Every fact of the notes that the course recomputes, by notebook number.

The notebooks compute and assert the same facts where they teach them.
"""

import math
from functools import cache, partial
from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course import datasets, filters, nets
from cnn_course.detection import faster_rcnn, iou, nms, yolo
from cnn_course.detection.sliding import to_convolutions
from cnn_course.geometry import (
    layer_table,
    output_size,
    padding_amounts,
    receptive_field,
    same_padding,
)
from cnn_course.measure import shapes_only
from cnn_course.nets.densenet import dense_block, transition_block
from cnn_course.nets.efficientnet import B0_STAGES, SCALES
from cnn_course.nets.googlenet import auxiliary_head, inception_block
from cnn_course.nets.resnet import residual_block
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


def notes_target(**options):
    """YOLO's target for one thing of class 2 (of 0 to 2) in 100x100 pixels."""
    options |= {"classes": 3, "image_size": 100, "grid": 3}
    return yolo.encode([(25, 30, 75, 110)], [2], **options)


def survived_convolutions(n, kernel_size):
    """Valid convolutions until the kernel no longer fits."""
    count = 0
    while n >= kernel_size:
        n, count = output_size(n, kernel_size), count + 1
    return count


def model(shape, *stack):
    return keras.Sequential([keras.Input(shape), *stack])


def best_constant_boxes():
    """Least squares: over the pictures with a thing, and over all."""
    boxes = np.array([[0.4, 0.6, 0.2, 0.3], [0.6, 0.4, 0.3, 0.2]])
    everything = np.concatenate([boxes, np.zeros((2, 4))])
    return tuple(
        np.linalg.lstsq(np.ones((len(y), 1)), y)[0].round(9).tolist()
        for y in (boxes, everything)
    )


def classifier_of_the_notes():
    return model(
        (14, 14, 3),
        layers.Conv2D(16, 5, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(400, activation="relu"),
        layers.Dense(400, activation="relu"),
        layers.Dense(4, activation="softmax"),
    )


def sliding_notes():
    return to_convolutions(classifier_of_the_notes())


def slid_multiplications(side):
    """Of every 14x14 crop at stride 2, and of the whole picture at once."""
    crop = layer_table(classifier_of_the_notes()).totals["multiplications"]
    inputs = keras.Input((side, side, 3))
    whole = keras.models.clone_model(sliding_notes(), input_tensors=inputs)
    windows = ((side - 14) // 2 + 1) ** 2
    return windows * crop, layer_table(whole).totals["multiplications"]


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


def shapes_by_name(network):
    return {row.name: row.output_shape for row in layer_table(network).rows}


def counted(*builds):
    """Build networks to be counted, without weights: that takes half as long.

    Args:
        *builds: functions that return a keras.Model.

    Returns:
        list of keras.Model.
    """
    with shapes_only():
        return [build() for build in builds]


def classic_parameters(net):
    """Parameters of the convolutions and of the three dense layers on them.

    The dense layers, half a gigabyte of weights, are counted but not built.
    """
    (body,) = counted(partial(net, include_top=False))
    units = [int(np.prod(body.output_shape[1:])), 4096, 4096, 1000]
    dense = sum((a + 1) * b for a, b in pairwise(units))
    return body.count_params(), dense


def dense_share(net):
    convolutions, dense = classic_parameters(net)
    return round(dense / (convolutions + dense), 3)


def stack(kernel_size, count):
    """Weights of stacked convolutions of 10 channels; the side they see."""
    conv = {"filters": 10, "kernel_size": kernel_size, "use_bias": False}
    convolutions = [layers.Conv2D(**conv) for _ in range(count)]
    weights = model((None, None, 10), *convolutions).count_params()
    return weights, receptive_field([(kernel_size, 1)] * count)[0]


def count_layers(network, kind):
    return sum(type(layer).__name__ == kind for layer in network.layers)


def trainable_parameters(network):
    """Parameters that training changes: no measured means and variances."""
    weights = network.trainable_variables
    return sum(int(np.prod(weight.shape)) for weight in weights)


def resnets(*depths):
    return counted(*(getattr(nets, f"resnet{depth}") for depth in depths))


@cache
def cifar_resnets():
    """(layers that its name counts, trained parameters) of each ResNet."""
    counts = []
    for depth in (18, 34, 50, 101, 152):
        build = getattr(nets, f"resnet{depth}")
        (network,) = counted(partial(build, (32, 32, 3), 10, stem="cifar"))
        named = [
            isinstance(layer, layers.Conv2D | layers.Dense)
            and "_0_" not in layer.name  # no projection
            for layer in network.layers
        ]
        counts.append((sum(named), trainable_parameters(network)))
    return counts


def residual_network(channels, filters, strides=1):
    x = keras.Input((6, 6, channels))
    return keras.Model(x, residual_block(x, filters, strides, name="b"))


def zero_branch_changes():
    """Largest change to maps >= 0 by a residual block with a zero branch."""
    network = residual_network(4, 4)
    network.get_layer("b_2_bn").gamma.assign(np.zeros(4))
    x = np.random.default_rng(0).uniform(size=(2, 6, 6, 4)).astype("float32")
    return float(np.abs(network(x) - x).max())


def projection_formula_holds():
    """Whether g(W a + b + W_s a) in NumPy is what the block computes."""
    network = residual_network(3, 5, strides=2)
    rng = np.random.default_rng(0)
    for variable in network.weights:
        low, high = (-1, 1) if len(variable.shape) == 4 else (0.5, 2)
        variable.assign(rng.uniform(low, high, variable.shape))

    def folded(part):
        bn = network.get_layer(f"b_{part}_bn")
        gamma, beta, mean, variance = bn.get_weights()
        scale = gamma / np.sqrt(variance + bn.epsilon)
        kernel = np.array(network.get_layer(f"b_{part}_conv").kernel)
        return kernel * scale, beta - mean * scale

    a = rng.normal(size=(2, 6, 6, 3)).astype("float32")
    inner = np.maximum(conv2d(a, *folded("1"), strides=2, padding=1), 0)
    shortcut = conv2d(a, *folded("0"), strides=2)
    y = np.maximum(conv2d(inner, *folded("2"), padding=1) + shortcut, 0)
    return np.allclose(network(a), y, rtol=1e-4, atol=1e-3)


def one_by_one_is_dense():
    """Whether Dense with its weights gives what a 1x1 convolution gives."""
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 6)).astype("float32")
    conv, dense = layers.Conv2D(3, 1), layers.Dense(3)
    expected = conv(x)
    dense.build(x.shape)
    dense.set_weights([conv.kernel.numpy()[0, 0], conv.bias.numpy()])
    return np.allclose(dense(x), expected, atol=1e-6)


def headed_network():
    """A block with a head on it, one step of training done; and x, labels."""
    inputs = keras.Input((8, 8, 1))
    x = inception_block(inputs, (1, 2, 3, 1, 2, 1))
    head = auxiliary_head(x, 4, name="aux")
    x = layers.GlobalAveragePooling2D()(x)
    main = layers.Dense(4, activation="softmax", name="main")(x)
    network = keras.Model(inputs, [main, head])
    crossentropy = "sparse_categorical_crossentropy"
    network.compile(
        loss={"main": crossentropy, "aux_predictions": crossentropy},
        loss_weights={"main": 1, "aux_predictions": 0.3},
        run_eagerly=True,
    )
    x = np.random.default_rng(0).normal(size=(8, 8, 8, 1)).astype("float32")
    labels = np.arange(8) % 4
    network.train_on_batch(x, {"main": labels, "aux_predictions": labels})
    return network, x, labels


def weighted_loss_error():
    """How far the loss that Keras takes is from main + 0.3 head."""
    network, x, labels = headed_network()
    targets = {"main": labels, "aux_predictions": labels}
    taken = network.evaluate(x, targets, return_dict=True, verbose=0)["loss"]
    main, head = (
        float(np.mean(-np.log(output.numpy()[np.arange(8), labels])))
        for output in network(x)
    )
    return abs(taken - (main + 0.3 * head))


def dropped_head_changes():
    """What dropping the head changes; how many of its layers are left."""
    network, x, _ = headed_network()
    in_use = keras.Model(network.input, network.outputs[0])
    left = sum(layer.name.startswith("aux") for layer in in_use.layers)
    return float(np.abs(in_use(x) - network(x)[0]).max()), left


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


def efficientnet_parameters(number):
    """Count EfficientNet-B0 to B7 by arithmetic from B0 and its scale."""
    width, depth, *_ = SCALES[f"b{number}"]
    count, channels = 0, 3
    sizes = [("stem", 3, 1, 32)]
    for size, expansion, units, repeats, _ in B0_STAGES:
        blocks = math.ceil(repeats * depth)
        sizes += [("block", size, expansion, units)] * blocks
    for part, size, expansion, units in [*sizes, ("top", 1, 1, 1280)]:
        wanted = units * width
        scaled = next(
            multiple  # of those at most a tenth too small, the nearest
            for multiple in sorted(
                range(8, 8000, 8), key=lambda m: (abs(m - wanted), -m)
            )
            if multiple >= 0.9 * wanted
        )
        if part == "block":
            wide, few = channels * expansion, channels // 4
            count += (channels + 4) * wide * (expansion > 1)  # expand
            count += (size**2 + 4) * wide  # depthwise
            count += (wide + 1) * few + (few + 1) * wide  # squeeze-excite
            count += (wide + 4) * scaled  # project
        else:
            count += (size**2 * channels + 4) * scaled
        channels = scaled
    return 3 + 3 + 1 + count + (channels + 1) * 1000


@cache
def densenet121():
    (network,) = counted(nets.densenet121)
    return network


@cache
def mobilenets():
    return counted(
        nets.mobilenet_v1,
        nets.mobilenet_v2,
        nets.mobilenet_v3_small,
        nets.mobilenet_v3_large,
    )


def channels_by_side(net):
    """The most channels that concatenations make, from the largest side on."""
    most = {}
    for layer in net.layers:
        if isinstance(layer, layers.Concatenate):
            _, side, _, channels = layer.output.shape
            most[side] = max(most.get(side, 0), channels)
    return [most[side] for side in sorted(most, reverse=True)]


def parts_read(num_layers, channels):
    """Inputs of each 1x1 kernel of a dense block, in parts of `channels`."""
    x = keras.Input((8, 8, channels))
    block = keras.Model(x, dense_block(x, num_layers, channels))
    return [
        w.shape[2] // channels for w in block.weights if w.shape[:2] == (1, 1)
    ]


def notes_nms(boxes, conf_threshold, iou_threshold):
    """The notes' listing, which removes from the list it loops over.

    A box is x_min, y_min, x_max, y_max, class, score.
    """
    boxes = sorted(boxes, reverse=True, key=lambda x: x[5])
    boxes = [box for box in boxes if box[5] > conf_threshold]
    new = []
    while len(boxes) > 0:
        current = boxes.pop(0)
        new.append(current)
        for box in boxes:
            if current[4] == box[4]:
                overlap = iou([current[:4]], [box[:4]])[0, 0]
                if overlap > iou_threshold:
                    boxes.remove(box)
    return new


def kept_of_three():
    """Scores kept by the notes' listing and by ours; the least IoU of three."""
    corners = [(10, 10, 50, 70), (12, 11, 52, 71), (9, 13, 49, 73)]
    scores = [0.90, 0.85, 0.80]
    rows = [[*box, 3, s] for box, s in zip(corners, scores, strict=True)]
    listed = [row[5] for row in notes_nms(rows, 0.7, 0.4)]
    kept = nms(corners, scores, score_threshold=0.7, iou_threshold=0.4)
    return listed, [scores[i] for i in kept], iou(corners, corners).min() > 0.4


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
    (
        "07 LeNet-5 maps",
        lambda: [
            shape
            for name, shape in shapes_by_name(nets.lenet5()).items()
            if name != "flatten"
        ][1:],
        [
            (28, 28, 6),
            (14, 14, 6),
            (10, 10, 16),
            (5, 5, 16),
            (1, 1, 120),
            (84,),
            (10,),
        ],
    ),
    ("07 LeNet-5", lambda: nets.lenet5().count_params(), 61_706),
    (
        "07 LeNet-5 of the paper",
        # Table I: six filters see 3 maps, nine see 4, one sees 6. Pooling has
        # two numbers a map, the last layer none that are trained.
        lambda: (
            sum(parameters(nets.lenet5())[i] for i in (0, 2, 3))
            + (25 * (6 * 3 + 9 * 4 + 6) + 16)
            + 2 * (6 + 16)
        ),
        60_000,
    ),
    (
        "07 AlexNet maps",
        lambda: [
            shapes_by_name(nets.alexnet(include_top=False))[name][0]
            for name in ("conv1", "pool1", "pool2", "pool5")
        ],
        [55, 27, 13, 6],
    ),
    (
        "07 AlexNet's 224 pixels",
        lambda: [output_size(n, 11, stride=4) for n in (224, 227)],
        [54, 55],
    ),
    ("07 AlexNet", lambda: sum(classic_parameters(nets.alexnet)), 62_378_344),
    ("07 VGG-16", lambda: sum(classic_parameters(nets.vgg16)), 138_357_544),
    ("07 VGG-19", lambda: sum(classic_parameters(nets.vgg19)), 143_667_240),
    (
        "07 share of the dense layers",
        lambda: [
            dense_share(net) for net in (nets.alexnet, nets.vgg16, nets.vgg19)
        ],
        [0.94, 0.894, 0.861],
    ),
    (
        "07 the VGG table's max-pool is a 2x2 convolution",
        lambda: [
            model((8, 8, 128), layer).count_params()
            for layer in (layers.Conv2D(128, 2), layers.MaxPooling2D(2))
        ],
        [65_664, 0],
    ),
    (
        "07 two 3x3 against one 5x5",
        lambda: (stack(3, 2), stack(5, 1)),
        ((1800, 5), (2500, 5)),
    ),
    (
        "07 three 3x3 against one 7x7",
        lambda: (stack(3, 3), stack(7, 1)),
        ((2700, 7), (4900, 7)),
    ),
    (
        "08 ResNets for CIFAR-10",
        cifar_resnets,
        [
            (18, 11_173_962),
            (34, 21_282_122),
            (50, 23_520_842),
            (101, 42_512_970),
            (152, 58_156_618),
        ],
    ),
    (
        "08 the notes' table is CIFAR-10's",
        lambda: [round(count / 1e6, 3) for _, count in cifar_resnets()],
        [11.174, 21.282, 23.521, 42.513, 58.157],
    ),
    (
        "08 ResNet-18 and 34 for ImageNet",
        lambda: [trainable_parameters(net) for net in resnets(18, 34)],
        [11_689_512, 21_797_672],
    ),
    (
        "08 ResNet-50, 101 and 152 for ImageNet",
        lambda: [net.count_params() for net in resnets(50, 101, 152)],
        [25_636_712, 44_707_176, 60_419_944],
    ),
    ("08 a zero branch is the identity", zero_branch_changes, 0),
    ("08 g(W a + b + W_s a)", projection_formula_holds, True),
    (
        "09 5x5 on 192 channels, and through a bottleneck of 16",
        lambda: [
            layer_table(model((28, 28, 192), *convolutions)).totals[
                "multiplications"
            ]
            for convolutions in (
                [layers.Conv2D(32, 5, padding="same")],
                [layers.Conv2D(16, 1), layers.Conv2D(32, 5, padding="same")],
            )
        ],
        [120_422_400, 12_443_648],
    ),
    (
        "09 a 1x1 convolution is Dense on the channels",
        one_by_one_is_dense,
        True,
    ),
    (
        "09 GoogLeNet without and with its heads",
        lambda: [
            network.count_params()
            for network in counted(
                nets.googlenet, partial(nets.googlenet, auxiliary_heads=True)
            )
        ],
        [6_998_552, 13_378_280],
    ),
    (
        "09 heads trained with loss weights",
        lambda: weighted_loss_error() < 1e-5,
        True,
    ),
    ("09 heads dropped for inference", dropped_head_changes, (0, 0)),
    (
        "09 5x5 as two 3x3, 7x7 as 1x7 and 7x1",
        lambda: [
            model(
                (17, 17, 10),
                *(layers.Conv2D(10, size, use_bias=False) for size in sizes),
            ).count_params()
            for sizes in ([5], [3, 3], [7], [(1, 7), (7, 1)])
        ],
        [2500, 1800, 4900, 1400],
    ),
    (
        "09 parameters of Inception v3 and Inception-ResNet v2, and what joins",
        lambda: [
            (network.count_params(), count_layers(network, "Add"))
            for network in counted(nets.inception_v3, nets.inception_resnet_v2)
        ],
        [(23_851_784, 0), (55_873_736, 40)],
    ),
    (
        "09 trained parameters of Inception v4",
        lambda: trainable_parameters(*counted(nets.inception_v4)),
        42_679_816,
    ),
    (
        "10 full, depthwise and pointwise multiplications",
        lambda: [
            layer_table(model(shape, layer)).totals["multiplications"]
            for shape, layer in (
                ((6, 6, 3), layers.Conv2D(5, 3)),
                ((6, 6, 3), layers.DepthwiseConv2D(3)),
                ((4, 4, 3), layers.Conv2D(5, 1)),
                ((6, 6, 3), layers.SeparableConv2D(5, 3)),
            )
        ],
        [2160, 432, 240, 672],
    ),
    (
        "10 reduced to 31 %, not by 31 %",
        lambda: (round(672 / 2160, 2), round(1 / 5 + 1 / 3**2, 2)),
        (0.31, 0.31),
    ),
    (
        "10 parameters of the MobileNets",
        lambda: [network.count_params() for network in mobilenets()],
        [4_253_864, 3_538_984, 2_554_968, 5_507_432],
    ),
    (
        "10 blocks of MobileNet v1 and v2, and what joins in v2",
        lambda: [
            count_layers(mobilenets()[0], "DepthwiseConv2D"),
            count_layers(mobilenets()[1], "DepthwiseConv2D"),
            count_layers(mobilenets()[1], "Add"),
            count_layers(mobilenets()[1], "Concatenate"),
        ],
        [13, 17, 10, 0],
    ),
    (
        "11 six layers at growth rate 3 add 18 channels",
        lambda: dense_block(keras.Input((32, 32, 3)), 6, 3).shape[-1] - 3,
        18,
    ),
    ("11 connections of five layers", lambda: sum(parts_read(5, 3)), 15),
    (
        "11 a transition halves sides and channels",
        lambda: transition_block(keras.Input((16, 16, 20))).shape[1:],
        (8, 8, 10),
    ),
    (
        "11 DenseNet-121",
        lambda: densenet121().count_params(),
        8_062_504,
    ),
    (
        "11 its layers with weights",
        lambda: sum(
            isinstance(layer, layers.Conv2D | layers.Dense)
            for layer in densenet121().layers
        ),
        121,
    ),
    (
        "11 how its channels grow",
        lambda: channels_by_side(densenet121()),
        [256, 512, 1024, 1024],
    ),
    (
        "12 B0 to B7 from B0 and the scaling rule",
        lambda: [efficientnet_parameters(number) for number in range(8)],
        [
            *(5_330_571, 7_856_239, 9_177_569, 12_320_535),
            *(19_466_823, 30_562_527, 43_265_143, 66_658_687),
        ],
    ),
    (
        "12 B0 and B3 as built",
        lambda: [
            network.count_params()
            for network in counted(nets.efficientnet_b0, nets.efficientnet_b3)
        ],
        [5_330_571, 12_320_535],
    ),
    (
        "12 a step of compound scaling costs about two",
        lambda: round(1.2 * 1.1**2 * 1.15**2, 2),
        1.92,
    ),
    (
        "17 a face and 64 landmarks",
        lambda: model(
            (8, 8, 3), layers.Flatten(), layers.Dense(1 + 2 * 64)
        ).output_shape[-1],
        129,
    ),
    (
        "17 zeros for empty pictures drag the best constant box away",
        lambda: best_constant_boxes(),
        ([[0.5, 0.5, 0.25, 0.25]], [[0.25, 0.25, 0.125, 0.125]]),
    ),
    (
        "18 14, 16 and 28 pixels a side",
        lambda: [
            tuple(sliding_notes()(np.zeros((1, side, side, 3))).shape[1:])
            for side in (14, 16, 28)
        ],
        [(1, 1, 4), (2, 2, 4), (8, 8, 4)],
    ),
    (
        "18 multiplications at 64 pixels a side: 676 crops, and at once",
        lambda: slid_multiplications(64),
        (298_521_600, 221_721_600),
    ),
    (
        "19 intersection over union, counted in pixels",
        lambda: iou([(1, 1, 7, 5)], [(3, 2, 9, 6)])[0, 0],
        12 / 36,
    ),
    (
        "19 the notes' suppression keeps a box that it must drop",
        kept_of_three,
        ([0.90, 0.80], [0.90], True),
    ),
    (
        "19 two anchors and three classes on 3x3 cells",
        lambda: np.zeros((3, 3, 2, 1 + 4 + 3)).reshape(3, 3, -1).shape,
        (3, 3, 16),
    ),
    (
        "20 100x100 pixels, 3x3 cells, three classes",
        lambda: notes_target().shape,
        (3, 3, 8),
    ),
    (
        "20 two anchors",
        lambda: notes_target(anchors=[(1, 2), (2, 1)]).shape,
        (3, 3, 16),
    ),
    (
        "20 the centre lies in its cell, the size may exceed 1",
        lambda: notes_target()[2, 1].astype(float).round(6).tolist(),
        [1, 0.5, 0.1, 2.4, 1.5, 0, 0, 1],
    ),
    (
        "20 decoding gives the box back",
        lambda: [
            part.round(4).tolist()
            for part in yolo.decode(notes_target(), classes=3, image_size=100)
        ],
        [[[25, 30, 75, 110]], [1], [2]],
    ),
    (
        "21 five anchors at each of 12x12 places",
        lambda: faster_rcnn.make_anchors(12, 12).shape,
        (720, 4),
    ),
    (
        "21 a box twice as wide and half as high as its anchor",
        lambda: np.round(
            faster_rcnn.encode_deltas(
                [[12.0, 10.0, 32.0, 20.0]], [[10.0, 10.0, 20.0, 30.0]]
            )[0],
            4,
        ).tolist(),
        np.float32([0.7, -0.25, 0.6931, -0.6931]).tolist(),
    ),
    (
        "22 parameters of the paper's U-Net",
        lambda: counted(nets.unet)[0].count_params(),
        31_030_658,
    ),
    (
        "22 a transpose convolution takes 2 to 5 at kernel 3 and stride 2",
        lambda: tuple(
            layers.Conv2DTranspose(1, 3, 2).compute_output_shape((1, 2, 2, 1))
        ),
        (1, 5, 5, 1),
    ),
    (
        "22 a pixel of U-Net's lowest map sees 68 pixels at depth 3",
        lambda: receptive_field(3 * [(3, 1), (3, 1), (2, 2)] + 2 * [(3, 1)])[0],
        68,
    ),
]


@pytest.mark.parametrize(
    ("compute", "expected"),
    [pytest.param(compute, said, id=name) for name, compute, said in FACTS],
)
def test_fact(compute, expected):
    assert compute() == expected
