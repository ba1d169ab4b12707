"""A log written as text, read; whatever was asked for, its rows add up."""

from collections.abc import Callable
from pathlib import Path

from workbench.intake.events import FileEvents, Wishes, read_events


def read(write: Callable[..., Path], text: str, **wishes: object) -> FileEvents:
    """The events of a text, read with some wishes."""
    events = read_events(write(text), Wishes(**wishes))
    reading = events.reading
    assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    return events
