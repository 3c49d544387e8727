"""Redis as the broker, so that a worker that could not tell it that a task is done goes on all the same.

kombu goes on counting such a task as under way. A worker that may have one at a time would ask for no other any more,
and so never find out that its connection is gone: it would stay silent after Redis is back.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual


class QoS(redis.QoS):
    """What a worker has under way."""

    def ack(self, delivery_tag: Any) -> None:
        """The task is done, for this worker in any case. Raises what the connection raises.

        Redis gives it out again after its visibility timeout, which does no harm: a task only looks for work.
        """
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    """A channel that counts so."""

    QoS = QoS


class Transport(redis.Transport):
    """The transport that goes by `redis://` and `rediss://` once `register` has been called."""

    Channel = Channel


def register() -> None:
    """Let kombu take this for Redis."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:{Transport.__name__}"))
