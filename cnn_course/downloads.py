"""Tell a download that failed from other errors."""

from urllib.error import URLError


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
