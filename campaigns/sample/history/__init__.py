"""The history of the demo: a year of campaigns of the sample's shop, played by the engine on a clock of its own.

A lane is one process that plays the year of one market. Each campaign is one transaction: nobody sees half of it, and
what is stopped in the middle was never there. The product beside it keeps to the real time.
"""
