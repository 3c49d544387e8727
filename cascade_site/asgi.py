"""The ASGI application: the door for what comes by thousands, and Django's pages in threads behind it."""

from a2wsgi import WSGIMiddleware

from cascade_site.wsgi import application as pages

# isort: split
# Models can be read now that the WSGI application has set Django up.
from campaigns.door import Door
from campaigns.rubbish import look_for_rubbish_less

# Django's views and its ORM block, and each thread keeps one connection to the database.
THREADS = 4

application = Door(WSGIMiddleware(pages, workers=THREADS))  # type: ignore[arg-type]  # types of WSGI of its own
look_for_rubbish_less()
