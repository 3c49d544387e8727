"""The tables of channels."""

from channels.models.accounts import Account, Price, Sender
from channels.models.inbound import InboundRequest
from channels.models.rates import SenderState

__all__ = ["Account", "InboundRequest", "Price", "Sender", "SenderState"]
