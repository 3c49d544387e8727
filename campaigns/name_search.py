"""What has a name, found by parts of it: in one way in every list that is searched so."""

from django.db.models import Q

_MOST_WORDS = 6


def named(text: str) -> Q:
    """Over what has a name: each word of `text` is a part of it, in any order and case. Empty for an empty text."""
    return Q(*[Q(name__icontains=word) for word in text.replace("\0", " ").split()[:_MOST_WORDS]])
