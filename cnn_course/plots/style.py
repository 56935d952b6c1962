"""What all figures share: the style of the session, inks and dashes."""

import matplotlib.pyplot as plt

INK = "#1a1a1a"
MARK = "#d55e00"  # orange that stays distinct in grey and to the colour-blind
LINES = ("-", "--", "-.", ":")


def set_style():
    """Set the course's figure style for this session."""
    plt.rcParams.update(
        {
            "figure.dpi": 80,
            "savefig.bbox": "tight",
            "font.size": 11,
            "axes.titlesize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.constrained_layout.use": True,
            "image.cmap": "gray",
        }
    )
