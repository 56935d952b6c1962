"""data/ lies beside the package in the repository, and inside it in a wheel."""

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class WithoutScripts(build_py):
    """Leave out data/'s scripts, which rebuild it in the repository."""

    def find_package_modules(self, package, package_dir):
        """List the modules of a package: none in data/."""
        if package == "cnn_course.data":
            return []
        return super().find_package_modules(package, package_dir)


setup(
    packages=[*find_packages(include=["cnn_course*"]), "cnn_course.data"],
    package_dir={"cnn_course.data": "data"},
    package_data={
        "cnn_course.data": ["README.md", "*/*.*", "*/*/*.*", "*/*/*/*.*"]
    },
    cmdclass={"build_py": WithoutScripts},
)
