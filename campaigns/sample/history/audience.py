"""How the people of the history behave: slower and calmer than in the demo's live campaigns, as in a whole year."""

from typing import Any

from channels.sandbox.preferences import Preferences, changed

LIVELIEST = 0.9
# By channel: the chance of each behaviour, and the usual seconds until it.
USUAL: dict[str, dict[str, tuple[float, float]]] = {
    "sms": {"delivered": (0.975, 4), "clicked": (0.13, 1500), "replied": (0.012, 900), "opted_out": (0.006, 800)},
    "push": {"clicked": (0.14, 900)},
    "email": {
        "delivered": (0.985, 6),
        "opened": (0.36, 6500),
        "clicked": (0.2, 80),
        "opted_out": (0.006, 90),
        "complained": (0.0015, 120),
        "scanned": (0.05, 1),
    },
    "viber": {"delivered": (0.92, 3), "opened": (0.58, 3000), "clicked": (0.22, 60), "opted_out": (0.006, 150)},
    "whatsapp": {"delivered": (0.95, 3), "opened": (0.7, 2400), "clicked": (0.24, 60), "opted_out": (0.005, 150)},
    "telegram": {"clicked": (0.19, 2400), "replied": (0.03, 900), "opted_out": (0.006, 260), "scanned": (0.1, 1)},
    "rcs": {"delivered": (0.8, 3), "opened": (0.55, 2400), "clicked": (0.2, 60), "opted_out": (0.005, 150)},
    "voice": {"picked_up": (0.44, 20), "voicemail": (0.16, 30)},
    "instagram": {"opened": (0.5, 3600), "clicked": (0.2, 60)},
    "vk": {"opened": (0.52, 3600), "clicked": (0.2, 60), "opted_out": (0.005, 200)},
    "call_task": {"picked_up": (0.58, 5400)},
}
# What the mood of a campaign changes: nobody's telephone works better for it.
LIVELY = frozenset({"clicked", "opened", "replied", "picked_up"})


def preferences(*, seed: str, mood: float, are_asked: bool = False) -> Preferences:
    """The audience of one campaign; where people `are_asked` something, many answer."""
    told = {channel: {name: _told(name, *usual, mood) for name, usual in of.items()} for channel, of in USUAL.items()}
    if are_asked:
        for channel, chance in (("whatsapp", 0.3), ("viber", 0.24), ("sms", 0.12)):
            told[channel]["replied"] = {"chance": chance, "seconds": 2400}
    return changed(Preferences(is_on=True, seed=seed), {"behaviours": told})


def _told(name: str, chance: float, seconds: float, mood: float) -> dict[str, Any]:
    return {"chance": min(chance * mood, LIVELIEST) if name in LIVELY else chance, "seconds": seconds}
