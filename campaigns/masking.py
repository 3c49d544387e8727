"""An address shown to whoever holds a link to it: enough to know it again, too little to use it."""

from channels.kinds import AddressKind

_HIDDEN = "•••"


def masked(kind: str, value: str) -> str:
    """`value`, an address of `kind`, with its middle hidden: "a•••@example.com", "+44•••89"; '' for ids and tokens."""
    if kind == AddressKind.EMAIL:
        person, _, host = value.rpartition("@")
        return f"{person[:1]}{_HIDDEN}@{host}"
    if kind == AddressKind.PHONE:
        return f"{value[:3]}{_HIDDEN}{value[-2:]}"
    return ""
