import matplotlib
import nbformat
from nbclient import NotebookClient

from cnn_course import plots


def test_style_is_grey_and_small():
    plots.set_style()
    assert matplotlib.rcParams["image.cmap"] == "gray"
    assert matplotlib.rcParams["figure.dpi"] <= 80


def test_figures_are_shown_where_the_backend_is_agg(monkeypatch):
    """MPLBACKEND=Agg is usual on servers; there all figures were missing."""
    code = (
        "from cnn_course import plots\nplots.set_style()\nplots.images([[[1]]])"
    )
    monkeypatch.setenv("MPLBACKEND", "Agg")
    cell = nbformat.v4.new_code_cell(code)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, kernel_name="python3").execute()
    assert any("image/png" in output.get("data", {}) for output in cell.outputs)
