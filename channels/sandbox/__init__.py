"""The sandbox vendor: a web server of its own that takes messages, sends nothing and plays the audience.

It runs as `python -m channels.sandbox` and knows nothing of Django, as a real vendor would not. The
product speaks to it over HTTP only, through channels/providers/sandbox.py.
"""
