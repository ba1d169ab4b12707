"""The world behind the first sample client: a complaint desk in four regions, simulated.

`scenario` says which world, `people` and `arrivals` fill it, `journey` is the path of one case,
`floor` runs the clock, `extract` writes what an information system would export (dirt included),
`sheets` writes what the consultants typed, `truth` measures what was planted.
"""
