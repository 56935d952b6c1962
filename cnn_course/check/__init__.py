"""Checks for the exercises: `check.same_padding(my_function)`.

Each says ✓, or ✗ with the first failing case and a hint that fits the mistake,
or that the exercise is not started. The names are the notebooks' own.
"""

from cnn_course.check.augmentation import (
    brighten,
    different_crops,
    mirror_box,
    mirror_picture,
)
from cnn_course.check.boxes import (
    greedy_nms,
    iou_of_two,
    soft_scores,
    survivors,
    target_depth,
)
from cnn_course.check.choosing import (
    best_within,
    half_precision_megabytes,
    pareto_front,
    training_hours,
)
from cnn_course.check.classic import (
    average_pool_parameters,
    first_dense_weights,
    grouped_parameters,
    stack_weights,
)
from cnn_course.check.data_pipeline import (
    cache_megabytes,
    class_weights,
    epoch_seconds,
    expected_overlap,
)
from cnn_course.check.densenet import (
    connections,
    copied_maps,
    dense_layer_weights,
    final_channels,
)
from cnn_course.check.efficientnet import (
    blocks_of_b3,
    compound_scale,
    excite_parameters,
    scaling_cost,
)
from cnn_course.check.foundations import (
    conv_parameters,
    convolve,
    dense_weights,
    dilated_span,
    flattened,
    flip,
    global_average_pool,
    layer_shape,
    leaky_relu_gradient,
    max_pool,
    max_pool_backward,
    output_size,
    pool_parameters,
    receptive_field,
    same_output,
    same_padding,
    softmax,
    valid_layers,
    zero_pad,
)
from cnn_course.check.inception import (
    block_channels,
    bottleneck_cost,
    one_by_one,
    widest_bottleneck,
)
from cnn_course.check.mobilenet import (
    bottleneck_weights,
    depthwise_convolve,
    hard_swish,
    separable_share,
)
from cnn_course.check.resnet import (
    residual_output,
    residual_parameters,
    resnet_layers,
    useless_biases,
)
from cnn_course.check.transfer import (
    gradient_steps,
    head_parameters,
    layers_to_train,
    times_faster,
)

__all__ = [
    "average_pool_parameters",
    "best_within",
    "block_channels",
    "blocks_of_b3",
    "bottleneck_cost",
    "bottleneck_weights",
    "brighten",
    "cache_megabytes",
    "class_weights",
    "compound_scale",
    "connections",
    "conv_parameters",
    "convolve",
    "copied_maps",
    "dense_layer_weights",
    "dense_weights",
    "depthwise_convolve",
    "different_crops",
    "dilated_span",
    "epoch_seconds",
    "excite_parameters",
    "expected_overlap",
    "final_channels",
    "first_dense_weights",
    "flattened",
    "flip",
    "global_average_pool",
    "gradient_steps",
    "greedy_nms",
    "grouped_parameters",
    "half_precision_megabytes",
    "hard_swish",
    "head_parameters",
    "iou_of_two",
    "layer_shape",
    "layers_to_train",
    "leaky_relu_gradient",
    "max_pool",
    "max_pool_backward",
    "mirror_box",
    "mirror_picture",
    "one_by_one",
    "output_size",
    "pareto_front",
    "pool_parameters",
    "receptive_field",
    "residual_output",
    "residual_parameters",
    "resnet_layers",
    "same_output",
    "same_padding",
    "scaling_cost",
    "separable_share",
    "soft_scores",
    "softmax",
    "stack_weights",
    "survivors",
    "target_depth",
    "times_faster",
    "training_hours",
    "useless_biases",
    "valid_layers",
    "widest_bottleneck",
    "zero_pad",
]
