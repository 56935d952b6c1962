"""One small example of each block and network, for the tests that run on all.

BLOCKS: "file.block" -> (shape of x without the batch, the block's arguments,
the letters of its docstring's "Parameters:" formula, whether the formula's
"(+ ... for ...)" counts).
NETS: "file.network" -> arguments that make it small; of the networks of a file
the smallest comes first.
LONGER: networks that differ from another of their file in numbers only.
WITHOUT_CLASSES: networks that give no classes, so have no top to leave out.
"""

BLOCKS = {
    "mobilenet_v1.separable_block": (
        (9, 9, 4),
        {"filters": 8, "strides": 2},
        {"C": 4, "K": 8},
        False,
    ),
    "mobilenet_v2.inverted_residual_block": (
        (9, 9, 4),
        {"filters": 4, "expansion": 3},
        {"C": 4, "K": 4, "E": 12},
        True,
    ),
    "mobilenet_v3.bneck_block": (
        (9, 8, 4),
        {
            "filters": 6,
            "kernel_size": 5,
            "strides": 2,
            "expanded": 10,
            "activation": "hard_swish",
        },
        {"C": 4, "K": 6, "E": 10, "N": 5},
        True,
    ),
    "mobilenet_v3.squeeze_excite_block": (
        (7, 6, 12),
        {"se_ratio": 0.7},
        {"C": 12, "R": 8},
        False,
    ),
    "resnet.residual_block": (
        (9, 9, 4),
        {"filters": 8, "strides": 2},
        {"C": 4, "K": 8},
        True,
    ),
    "resnet.plain_block": (
        (9, 9, 4),
        {"filters": 8, "strides": 2},
        {"C": 4, "K": 8},
        False,
    ),
    "resnet.bottleneck_block": (
        (9, 9, 16),
        {"filters": 4},
        {"C": 16, "K": 4},
        False,
    ),
    "efficientnet.mbconv_block": (
        (9, 9, 9),
        {"filters": 8, "kernel_size": 5, "strides": 2, "expansion": 3},
        {"C": 9, "E": 27, "S": 5, "R": 2, "K": 8},
        True,
    ),
    "efficientnet_lite.lite_block": (
        (9, 9, 9),
        {"filters": 8, "kernel_size": 5, "strides": 2, "expansion": 3},
        {"C": 9, "E": 27, "S": 5, "K": 8},
        True,
    ),
    "hed.side_output": (
        (4, 3, 5),
        {"height": 7, "width": 8},
        {"C": 5},
        False,
    ),
    "densenet.dense_block": (
        (9, 8, 3),
        {"num_layers": 4, "growth_rate": 2},
        {"C": 3, "L": 4, "K": 2},
        False,
    ),
    "densenet.transition_block": (
        (9, 8, 7),
        {"compression": 0.5},
        {"C": 7, "K": 3},
        False,
    ),
    "lenet.conv_pool_block": (
        (9, 11, 3),
        {"filters": 4, "kernel_size": 4},
        {"C": 3, "F": 4, "K": 4},
        False,
    ),
    "vgg.vgg_block": (
        (9, 9, 3),
        {"filters": 4, "num_convs": 3},
        {"C": 3, "K": 4, "N": 3},
        False,
    ),
    "googlenet.inception_block": (
        (7, 8, 5),
        {"filters": (2, 3, 4, 6, 7, 8)},
        {"C": 5, "K1": 2, "R3": 3, "K3": 4, "R5": 6, "K5": 7, "P": 8},
        False,
    ),
    "googlenet.auxiliary_head": (
        (8, 11, 5),
        {"classes": 3},
        {"C": 5, "H": 2, "W": 3, "K": 3},
        False,
    ),
    "inception_v3.inception_v2_block": (
        (7, 8, 5),
        {"filters": (2, 3, 4, 6, 7, 8)},
        {"C": 5, "K1": 2, "R3": 3, "K3": 4, "R5": 6, "K5": 7, "P": 8},
        False,
    ),
    "inception_v3.inception_v3_a_block": (
        (7, 8, 5),
        {"pool_filters": 6},
        {"C": 5, "P": 6},
        False,
    ),
    "inception_v3.reduction_v3_a_block": ((7, 8, 5), {}, {"C": 5}, False),
    "inception_v3.inception_v3_b_block": (
        (7, 8, 5),
        {"filters": 6},
        {"C": 5, "K": 6},
        False,
    ),
    "inception_v3.reduction_v3_b_block": ((7, 8, 5), {}, {"C": 5}, False),
    "inception_v3.inception_v3_c_block": ((5, 4, 5), {}, {"C": 5}, False),
    "inception_v4.inception_v4_a_block": ((7, 8, 5), {}, {"C": 5}, False),
    "inception_v4.inception_v4_b_block": ((7, 8, 5), {}, {"C": 5}, False),
    "inception_v4.inception_v4_c_block": ((5, 4, 5), {}, {"C": 5}, False),
    "inception_v4.reduction_v4_a_block": (
        (7, 8, 5),
        {"filters": (2, 3, 4, 6)},
        {"C": 5, "K": 2, "L": 3, "M": 4, "N": 6},
        False,
    ),
    "inception_v4.reduction_v4_b_block": ((7, 8, 5), {}, {"C": 5}, False),
    "inception_v4.inception_resnet_a_block": ((7, 8, 5), {}, {"C": 5}, False),
    "inception_v4.inception_resnet_b_block": ((7, 8, 5), {}, {"C": 5}, False),
    "inception_v4.inception_resnet_c_block": ((5, 4, 5), {}, {"C": 5}, False),
    "inception_v4.reduction_resnet_b_block": ((7, 8, 5), {}, {"C": 5}, False),
    "unet.u_block": (
        (8, 12, 3),
        {"filters": 4, "depth": 2},
        {"C": 3, "K": 4, "D": 4, "T": 5},
        False,
    ),
}

NETS = {
    "unet.unet": {"input_shape": (16, 32, 3), "classes": 5, "filters": 4},
    "mobilenet_v1.mobilenet_v1": {
        "input_shape": (33, 32, 3),
        "classes": 5,
        "width_multiplier": 0.25,
    },
    "mobilenet_v2.mobilenet_v2": {
        "input_shape": (33, 32, 3),
        "classes": 5,
        "width_multiplier": 0.35,
    },
    **{
        f"mobilenet_v3.mobilenet_v3_{size}": {
            "input_shape": (33, 32, 3),
            "classes": 5,
        }
        for size in ("small", "large")
    },
    "alexnet.alexnet": {"input_shape": (67, 70, 3), "classes": 5},
    "lenet.lenet5": {"input_shape": (33, 32, 1), "classes": 5},
    "vgg.vgg16": {"input_shape": (32, 33, 3), "classes": 5},
    "vgg.vgg19": {"input_shape": (35, 32, 3), "include_top": False},
    **{
        f"resnet.resnet{depth}": {
            "input_shape": (16, 17, 3),
            "classes": 5,
            "stem": "cifar",
        }
        for depth in (18, 34, 50, 101, 152)
    },
    **{
        f"efficientnet.efficientnet_b{number}": {
            "input_shape": (32, 33, 3),
            "classes": 5,
        }
        for number in range(8)
    },
    **{
        f"efficientnet_lite.efficientnet_lite{number}": {
            "input_shape": (32, 33, 3),
            "classes": 5,
        }
        for number in range(5)
    },
    "hed.hed": {"input_shape": (32, 33, 3)},
    "densenet.densenet121": {"input_shape": (32, 33, 3), "classes": 5},
    "googlenet.googlenet": {
        "input_shape": (65, 66, 3),
        "classes": 5,
        "auxiliary_heads": True,
    },
    "inception_v3.inception_v3": {"input_shape": (75, 76, 3), "classes": 5},
    "inception_v4.inception_v4": {"input_shape": (75, 76, 3), "classes": 5},
    "inception_v4.inception_resnet_v2": {
        "input_shape": (75, 76, 3),
        "classes": 5,
    },
}

LONGER = {
    "resnet.resnet34",
    "resnet.resnet101",
    "resnet.resnet152",
    "vgg.vgg19",
    *(f"efficientnet.efficientnet_b{n}" for n in range(1, 8)),
    *(f"efficientnet_lite.efficientnet_lite{n}" for n in range(1, 5)),
}

WITHOUT_CLASSES = {"hed.hed"}
