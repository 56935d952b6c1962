"""What all figures share: the style of the session, inks and dashes."""

import sys

import matplotlib.pyplot as plt

INK = "#1a1a1a"
MARK = "#d55e00"  # orange that stays distinct in grey and to the colour-blind
LINES = ("-", "--", "-.", ":")


def set_style():
    """Set the course's figure style for this session.

    In a notebook figures are shown, even where MPLBACKEND=Agg, as on many
    servers, would keep them in memory.
    """
    if "ipykernel" in sys.modules and plt.get_backend().lower() == "agg":
        from IPython import get_ipython

        if get_ipython() is not None:
            get_ipython().run_line_magic("matplotlib", "inline")
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
