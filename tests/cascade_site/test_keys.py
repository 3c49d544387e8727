"""The keys of an installation: made once, nobody else's to read."""

import stat
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from cascade_site import keys

LOAD = "import sys; from pathlib import Path; from cascade_site import keys; print(keys.load(Path(sys.argv[1])))"


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    keys.load(tmp_path)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_the_keys_stay_the_same(tmp_path: Path) -> None:
    assert keys.load(tmp_path) == keys.load(tmp_path)


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    first, second = keys.load(tmp_path / "a"), keys.load(tmp_path / "b")
    assert first.secret_key != second.secret_key
    assert first.credential_key != second.credential_key
    assert first.tracking_key != second.tracking_key
    assert first.address_hash_key != second.address_hash_key


def test_the_credential_key_encrypts(tmp_path: Path) -> None:
    fernet = Fernet(keys.load(tmp_path).credential_key)
    assert fernet.decrypt(fernet.encrypt(b"secret")) == b"secret"


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", LOAD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    told = {process.communicate()[0] for process in started}
    assert len(told) == 1
    assert told.pop().startswith("InstallationKeys(")
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]
