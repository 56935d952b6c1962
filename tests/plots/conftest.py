import matplotlib.pyplot as plt
import pytest

from cnn_course import plots


@pytest.fixture(autouse=True)
def agg():
    """Draw off screen in the course's style; close what a test leaves open."""
    plt.switch_backend("Agg")
    with plt.rc_context():
        plots.set_style()
        yield
    plt.close("all")
