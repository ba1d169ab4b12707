"""Results to files and pages: `result.json` with its tables, and HTML that stands alone."""

from workbench.documents.pages import NAMES, render, write, write_index
from workbench.documents.pictures import Picture, picture
from workbench.documents.store import load, save, write_csv

__all__ = [
    "NAMES", "Picture", "load", "picture", "render", "save", "write", "write_csv", "write_index",
]
