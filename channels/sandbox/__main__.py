"""`python -m channels.sandbox --port 8025 --data var/sandbox`: run the sandbox vendor."""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

from aiohttp import web

from channels.sandbox.server import application, serve
from channels.sandbox.tokens import load_secret


def main() -> int:
    """Run until Ctrl-C or SIGTERM; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m channels.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8025, help="port on 127.0.0.1 (8025)")
    parser.add_argument("--data", type=Path, required=True, help="folder of the inbox and of the shared secret")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = application(data_dir=asked.data, secret=load_secret(asked.data))
    try:
        asyncio.run(_until_stopped(app, asked.port))
    except OSError as error:
        print(f"The sandbox cannot use port {asked.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


async def _until_stopped(app: web.Application, port: int) -> None:
    serving = asyncio.ensure_future(serve(app, port=port))
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


if __name__ == "__main__":
    sys.exit(main())
