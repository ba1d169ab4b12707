"""A workbench for process improvement: diagnose, design, implement, monitor."""
