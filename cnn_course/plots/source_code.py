"""A function's own code, shown in a notebook."""

import ast
import inspect
import textwrap


def source(function):
    """Show a function's own source in a notebook, without its docstring.

    Args:
        function: any Python function or class.
    """
    from IPython.display import Markdown, display

    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    first = ast.parse("\n".join(lines)).body[0].body[0]
    if isinstance(getattr(getattr(first, "value", 0), "value", 0), str):
        del lines[first.lineno - 1 : first.end_lineno]
    code = "\n".join(lines)
    display(Markdown(f"```python\n{code}\n```"))
