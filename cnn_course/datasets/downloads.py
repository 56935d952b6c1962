"""Whether to download at all, and whether a download has failed."""

import os
from urllib.error import URLError


def wants_full(full=None):
    """Tell whether the full public data may be downloaded.

    Args:
        full: bool, the answer; None: ask the environment.

    Returns:
        bool; for None, whether CNN_COURSE_FULL is 1.
    """
    return os.environ.get("CNN_COURSE_FULL") == "1" if full is None else full


def failed(error):
    """Tell whether an error means that a download has failed.

    A full disk or a file that must not be written is something else.

    Args:
        error: Exception, raised by Keras's or scikit-learn's downloads.

    Returns:
        bool.
    """
    kinds = URLError, ConnectionError, TimeoutError
    # Keras raises a bare Exception with these words.
    return isinstance(error, kinds) or "URL fetch" in str(error)
