import matplotlib

from cnn_course import plots


def test_style_is_grey_and_small():
    plots.set_style()
    assert matplotlib.rcParams["image.cmap"] == "gray"
    assert matplotlib.rcParams["figure.dpi"] <= 80
