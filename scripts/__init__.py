"""Small steps of the Makefile, each run as `python -m scripts.NAME`."""
