"""Pilot statistics: what a pilot did, how sure that is, and what follows for its target.

Read in this order: `protocol` (what was agreed), `cohort` (which cases count), `weekly` (one
number per unit and week, the case mix held), `shocks` (how much weeks wander by themselves),
`verdict` (effect, interval, outcome), `beside` (the simpler figures that always stand beside).
"""

from workbench.effect.beside import difference_in_differences
from workbench.effect.proportions import newcombe, wilson
from workbench.effect.protocol import Protocol
from workbench.effect.verdict import judge

__all__ = ["Protocol", "difference_in_differences", "judge", "newcombe", "wilson"]
