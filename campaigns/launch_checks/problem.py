"""Something that has to be mended, or looked at, before a launch."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`sentence` says what is wrong, `anchor` is the id of the editor's field, `query` opens its tab ("text=sms").

    `where` names the step or text for whoever reads it away from its field. A problem that is not
    blocking is a warning: the campaign may be launched with it.
    """

    anchor: str
    sentence: str
    is_blocking: bool = True
    query: str = ""
    where: str = ""
