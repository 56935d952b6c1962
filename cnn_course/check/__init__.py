"""Checks for the exercises: `check.same_padding(my_function)`.

Each notebook's exercises are in the file of its name: padding.py for notebook
02. Read judge.py first, which runs an answer on cases and finds the hint;
classifier.py judges a trained model. To add an exercise: make it in its
notebook's file, name it here, and give tests/check/rows/ right and wrong
answers, each with words of its hint.
"""

from cnn_course.check.augmentation import (
    RandomMirror,
    brighten,
    different_crops,
    mirror_box,
    mirror_picture,
)
from cnn_course.check.choosing_a_network import (
    best_within,
    half_precision_megabytes,
    pareto_front,
    top_k_accuracy,
    training_hours,
)
from cnn_course.check.classic_networks import (
    average_pool_parameters,
    first_dense_weights,
    grouped_convolution,
    grouped_parameters,
    stack_weights,
)
from cnn_course.check.data_pipeline import (
    cache_megabytes,
    class_weights,
    epoch_seconds,
    expected_overlap,
    file_batches,
)
from cnn_course.check.densenet import (
    connections,
    copied_maps,
    dense_layer_weights,
    final_channels,
)
from cnn_course.check.edge_detection import convolve, dense_weights, flip
from cnn_course.check.efficientnet import (
    blocks_of_b3,
    compound_scale,
    excite_parameters,
    scaling_cost,
)
from cnn_course.check.face_recognition import (
    batch_loss,
    once_in,
    one_triplet_loss,
    triplets_in_batch,
    who,
)
from cnn_course.check.first_convnet import (
    batch_norm,
    conv_backward,
    digit_reader,
    flattened,
    leaky_relu_gradient,
    max_pool_backward,
    softmax,
)
from cnn_course.check.inception import (
    block_channels,
    bottleneck_cost,
    one_by_one,
    widest_bottleneck,
)
from cnn_course.check.inside_the_network import (
    attack,
    cam,
    fgsm_step,
    heat_map,
    largest_change,
    occlusion_passes,
)
from cnn_course.check.iou_nms_anchors import (
    greedy_nms,
    iou_of_two,
    soft_scores,
    survivors,
    target_depth,
)
from cnn_course.check.localization_and_landmarks import (
    box_to_target,
    landmark_outputs,
    loss_of_one,
    mirror_landmarks,
)
from cnn_course.check.mobilenet import (
    bottleneck_weights,
    depthwise_convolve,
    hard_swish,
    separable_share,
)
from cnn_course.check.neural_style_transfer import (
    gram,
    gram_numbers,
    paint,
    total_cost,
)
from cnn_course.check.padding import same_padding, valid_layers, zero_pad
from cnn_course.check.pooling import (
    global_average_pool,
    max_pool,
    pool_parameters,
)
from cnn_course.check.region_proposals import (
    anchor_count,
    anchor_kind,
    best_proposals,
    between_four,
    box_deltas,
    region_costs,
)
from cnn_course.check.resnet import (
    residual_output,
    residual_parameters,
    resnet_layers,
    useless_biases,
)
from cnn_course.check.scaling_out import (
    batch_gradient,
    devices_needed,
    parallel_step,
    ring_megabytes,
    scaled_rate,
)
from cnn_course.check.segmentation import (
    lazy_scores,
    mask_iou,
    missing_rows,
    spread_row,
    transpose_size,
    up_step,
)
from cnn_course.check.sliding_windows import (
    count_windows,
    dense_to_convolution,
    dense_to_kernel,
    hard_negatives,
    window_in_photo,
)
from cnn_course.check.strides import dilated_span, output_size, same_output
from cnn_course.check.super_resolution_and_gestures import (
    decibels,
    joint_class,
    person_split,
    pixel_shuffle,
    share_known,
    sub_pixel_channels,
)
from cnn_course.check.transfer_learning import (
    gradient_steps,
    head_parameters,
    layers_to_train,
    prepare,
    times_faster,
)
from cnn_course.check.volumes_and_layers import (
    conv_layer,
    conv_parameters,
    layer_shape,
    receptive_field,
)
from cnn_course.check.what_keras_really_does import (
    distillation_loss,
    generalized_cross_entropy,
    norm_gradient,
    placed_box,
)
from cnn_course.check.yolo import (
    average_precision,
    box_from_distances,
    cell_numbers,
    encode_boxes,
    grid_error,
    place_term,
    read_number,
    v1_numbers,
)

__all__ = [
    "RandomMirror",
    "anchor_count",
    "anchor_kind",
    "attack",
    "average_pool_parameters",
    "average_precision",
    "batch_gradient",
    "batch_loss",
    "batch_norm",
    "best_proposals",
    "best_within",
    "between_four",
    "block_channels",
    "blocks_of_b3",
    "bottleneck_cost",
    "bottleneck_weights",
    "box_deltas",
    "box_from_distances",
    "box_to_target",
    "brighten",
    "cache_megabytes",
    "cam",
    "cell_numbers",
    "class_weights",
    "compound_scale",
    "connections",
    "conv_backward",
    "conv_layer",
    "conv_parameters",
    "convolve",
    "copied_maps",
    "count_windows",
    "decibels",
    "dense_layer_weights",
    "dense_to_convolution",
    "dense_to_kernel",
    "dense_weights",
    "depthwise_convolve",
    "devices_needed",
    "different_crops",
    "digit_reader",
    "dilated_span",
    "distillation_loss",
    "encode_boxes",
    "epoch_seconds",
    "excite_parameters",
    "expected_overlap",
    "fgsm_step",
    "file_batches",
    "final_channels",
    "first_dense_weights",
    "flattened",
    "flip",
    "generalized_cross_entropy",
    "global_average_pool",
    "gradient_steps",
    "gram",
    "gram_numbers",
    "greedy_nms",
    "grid_error",
    "grouped_convolution",
    "grouped_parameters",
    "half_precision_megabytes",
    "hard_negatives",
    "hard_swish",
    "head_parameters",
    "heat_map",
    "iou_of_two",
    "joint_class",
    "landmark_outputs",
    "largest_change",
    "layer_shape",
    "layers_to_train",
    "lazy_scores",
    "leaky_relu_gradient",
    "loss_of_one",
    "mask_iou",
    "max_pool",
    "max_pool_backward",
    "mirror_box",
    "mirror_landmarks",
    "mirror_picture",
    "missing_rows",
    "norm_gradient",
    "occlusion_passes",
    "once_in",
    "one_by_one",
    "one_triplet_loss",
    "output_size",
    "paint",
    "parallel_step",
    "pareto_front",
    "person_split",
    "pixel_shuffle",
    "place_term",
    "placed_box",
    "pool_parameters",
    "prepare",
    "read_number",
    "receptive_field",
    "region_costs",
    "residual_output",
    "residual_parameters",
    "resnet_layers",
    "ring_megabytes",
    "same_output",
    "same_padding",
    "scaled_rate",
    "scaling_cost",
    "separable_share",
    "share_known",
    "soft_scores",
    "softmax",
    "spread_row",
    "stack_weights",
    "sub_pixel_channels",
    "survivors",
    "target_depth",
    "times_faster",
    "top_k_accuracy",
    "total_cost",
    "training_hours",
    "transpose_size",
    "triplets_in_batch",
    "up_step",
    "useless_biases",
    "v1_numbers",
    "valid_layers",
    "who",
    "widest_bottleneck",
    "window_in_photo",
    "zero_pad",
]
