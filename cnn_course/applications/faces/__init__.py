"""Tell whether two pictures show the same person, or letter, from one example.

Siamese networks: one network turns each picture into a point (an embedding);
pictures of one class lie together. Read losses.py first, then training.py (the
network and its batches) and recognition.py (what the points are used for).
people.py has the pictures.
"""

from cnn_course.applications.faces.losses import (
    anchor_losses,
    contrastive_loss,
    random_triplet_loss,
    semi_hard,
    squared_distances,
    triplet_loss,
)
from cnn_course.applications.faces.people import load
from cnn_course.applications.faces.recognition import (
    Gallery,
    embed_all,
    one_shot_accuracy,
    pair_distances,
    roc,
)
from cnn_course.applications.faces.training import (
    BalancedBatches,
    embedder,
    siamese,
    train_embedder,
)

__all__ = [
    "BalancedBatches",
    "Gallery",
    "anchor_losses",
    "contrastive_loss",
    "embed_all",
    "embedder",
    "load",
    "one_shot_accuracy",
    "pair_distances",
    "random_triplet_loss",
    "roc",
    "semi_hard",
    "siamese",
    "squared_distances",
    "train_embedder",
    "triplet_loss",
]
