"""The sample of the demo: a shop with customers in four languages, channels, segments and campaigns.

Nothing of it is written into tables past the product: contacts come in by imports, campaigns are drafted,
checked and launched like anybody's, and what happens in them is the engine's and the sandbox's doing.
"""
