"""Tabler's colours for what is drawn outside of the browser: in workbooks and on paper, upon white."""

_HEX = {
    "": "1f2937",
    "secondary": "8a94a6",
    "blue": "066fd1",
    "azure": "4299e1",
    "indigo": "4263eb",
    "purple": "ae3ec9",
    "pink": "d6336c",
    "red": "d63939",
    "orange": "f76707",
    "yellow": "f59f00",
    "lime": "74b816",
    "green": "2fb344",
    "teal": "0ca678",
    "cyan": "17a2b8",
}


def hex_of(name: str) -> str:
    """The colour called `name`, as six digits; that of text for a name that there is not."""
    return _HEX.get(name, _HEX[""])
