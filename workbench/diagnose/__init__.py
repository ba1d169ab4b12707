"""Stage 2: where time and quality are lost, what that costs, and why."""

from workbench.diagnose.stage import diagnose

__all__ = ["diagnose"]
