"""Python runs this first where this folder is on its path (fresh_process.py).

An import of a package that HIDDEN_PACKAGES names fails, as if the package were
not installed.
"""

import os
import sys

for name in os.environ["HIDDEN_PACKAGES"].split():
    sys.modules[name] = None
