"""An address shown to whoever holds a link to it: enough to know it again, too little to use it."""

from channels.kinds import AddressKind

HIDDEN = "•••"


def masked(kind: str, value: str) -> str:
    """`value`, an address of `kind`, with its middle hidden: "a•••@example.com", "+44•••89"; '' for ids, tokens, ''."""
    if not value:
        return ""
    if kind == AddressKind.EMAIL:
        person, _, host = value.rpartition("@")
        return f"{person[:1]}{HIDDEN}@{host}"
    if kind == AddressKind.PHONE:
        return f"{value[:3]}{HIDDEN}{value[-2:]}"
    return ""
