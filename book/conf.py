"""Sphinx's settings for `make book`; tools/book.py lays out the pages."""

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

project = "CNN course companion"
author = "the authors of the CNN course companion"
extensions = ["myst_nb", "sphinx_copybutton"]

# The notebooks are stored with their outputs, which the tests compare.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_sourcelink = False
html_use_index = False  # nothing is entered in it
html_context = {"default_mode": "auto"}  # light or dark as the reader's system
html_theme_options = {
    "home_page_in_toc": False,
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
# The prompts of examples are no part of what is copied.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# Formulas as MathML, which browsers draw themselves: MathJax is a download.
html_math_renderer = "mathml"


def setup(app):
    """Add the renderer of formulas."""

    def inline(page, node):
        page.body.append(convert(node.astext()))
        raise SkipNode  # its text is written

    def display(page, node):
        formula = convert(node.astext(), display="block")
        page.body.append(f'<div class="math">{formula}</div>')
        raise SkipNode

    app.add_html_math_renderer("mathml", (inline, None), (display, None))
