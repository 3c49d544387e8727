"""The sandbox vendor in a thread of the test's process: real HTTP over a socket, settings within reach."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from channels.sandbox import tokens
from channels.sandbox.rows import Message
from tests.channels.sandbox_server import SECRET, Asked, RunningSandbox, running_sandbox

# More than any test sends.
ALL = 10_000


@dataclass(frozen=True, kw_only=True)
class SandboxThread:
    """A sandbox under way; `sandbox` may be read from the test, and changed where it is only read there."""

    sandbox: RunningSandbox
    loop: asyncio.AbstractEventLoop

    def credentials(self, account: str) -> dict[str, str]:
        """What an account at this sandbox has to know."""
        return {
            "api_key": tokens.api_key(SECRET, account),
            "webhook_secret": tokens.webhook_secret(SECRET, account),
        }

    def asked(self, account: str) -> list[Asked]:
        """What `account` has asked for so far, refused or not, in this order."""
        return [one for one in self.sandbox.asked if one.account == account]

    def taken(self, account: str) -> list[Message]:
        """The messages of `account` that the vendor has taken, as its own store has them."""

        async def read() -> list[Message]:
            return self.sandbox.vendor.store.messages("account = ?", [account], limit=ALL)

        return asyncio.run_coroutine_threadsafe(read(), self.loop).result()


@contextlib.contextmanager
def sandbox_thread(folder: Path) -> Iterator[SandboxThread]:
    """Run a sandbox over `folder` until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = running_sandbox(folder)
    sandbox = asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result()
    try:
        yield SandboxThread(sandbox=sandbox, loop=loop)
    finally:
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result()
        asyncio.run_coroutine_threadsafe(_end_what_is_left(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_what_is_left() -> None:
    """Requests that were to have no answer."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
