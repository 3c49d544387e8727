"""The keys of this installation: made once, kept in the data directory, readable by its owner only."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet


@dataclass(frozen=True, kw_only=True)
class InstallationKeys:
    """Everything secret that an installation makes for itself; each can be given by the environment instead."""

    secret_key: str
    credential_key: str
    address_hash_key: str
    tracking_key: str


def load(data_dir: Path) -> InstallationKeys:
    """The keys kept in `data_dir`/keys.json, made there (mode 0600) the first time.

    Two processes may start at once: the file appears complete or not at all, and the first one wins.
    """
    path = data_dir / "keys.json"
    if not path.exists():
        _create(path)
    return InstallationKeys(**json.loads(path.read_text()))


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = InstallationKeys(
        secret_key=secrets.token_urlsafe(50),
        credential_key=Fernet.generate_key().decode(),
        address_hash_key=secrets.token_urlsafe(32),
        tracking_key=secrets.token_urlsafe(32),
    )
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(fresh)))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
