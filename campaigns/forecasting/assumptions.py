"""What the product assumes where an installation has no history of its own.

These figures are the product's own guesses, chosen with wide bounds. They were not measured, and they are not facts
about a channel, a country or a trade; the pages say so beside each of them. They are used only until the installation's
own finished campaigns tell better (campaigns/forecasting/history.py).
"""

from campaigns.forecasting.rates import Rate
from campaigns.models import Condition
from channels.kinds import Channel

# So many people must have been reached before their history is believed.
ENOUGH_PEOPLE = 100
# How much campaigns differ where fewer than three are known: two of three by less than three tenths of the rate.
USUAL_SPREAD = 0.3
# Of the messages for people who can be reached, the share that vendors accept.
ACCEPTED = Rate(least=0.9, expected=0.97, highest=1.0)

# Of the people who got a message, the share that does what the step waits for, in time.
_OF_ANY_CHANNEL: dict[Condition, Rate] = {
    Condition.DELIVERED: Rate(least=0.8, expected=0.92, highest=0.99),
    Condition.OPENED: Rate(least=0.1, expected=0.25, highest=0.5),
    Condition.CLICKED: Rate(least=0.01, expected=0.04, highest=0.12),
    Condition.REPLIED: Rate(least=0.003, expected=0.02, highest=0.08),
    Condition.ANSWERED: Rate(least=0.15, expected=0.35, highest=0.6),
    Condition.GOAL: Rate(least=0.002, expected=0.01, highest=0.05),
}
_OF_CHANNEL: dict[tuple[Channel, Condition], Rate] = {
    (Channel.SMS, Condition.CLICKED): Rate(least=0.02, expected=0.06, highest=0.15),
    (Channel.PUSH, Condition.DELIVERED): Rate(least=0.5, expected=0.75, highest=0.95),
    (Channel.PUSH, Condition.CLICKED): Rate(least=0.01, expected=0.03, highest=0.1),
    (Channel.EMAIL, Condition.OPENED): Rate(least=0.1, expected=0.2, highest=0.4),
    (Channel.EMAIL, Condition.CLICKED): Rate(least=0.005, expected=0.02, highest=0.07),
    (Channel.VIBER, Condition.OPENED): Rate(least=0.25, expected=0.5, highest=0.8),
    (Channel.WHATSAPP, Condition.OPENED): Rate(least=0.3, expected=0.6, highest=0.85),
    (Channel.TELEGRAM, Condition.OPENED): Rate(least=0.25, expected=0.5, highest=0.8),
}


def assumed_rate(channel: str, condition: str) -> Rate:
    """The share of people with a message on `channel` who are assumed to do what `condition` says."""
    known = _OF_CHANNEL.get((Channel(channel), Condition(condition)))
    return known or _OF_ANY_CHANNEL[Condition(condition)]
