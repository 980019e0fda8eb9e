"""What `setup.cfg` can't say: that there is a module in C, which may be left out."""

import os

from setuptools import Extension, setup


# Where there is no compiler, or no header of Python, an optional extension isn't built.
ACCELERATOR = Extension("mapper._bson", ["mapper/_bson.c"], optional=True)

setup(ext_modules=[] if os.environ.get("MONGO_DSL_PURE") else [ACCELERATOR])
