"""bench/latest.json: of every measurement the rows that were taken last, when, and on what machine."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.ground import FOLDER

LATEST = FOLDER / "bench" / "latest.json"


def keep(name: str, rows: Sequence[dict[str, Any]], *, file: Path = LATEST) -> None:
    """Put `rows` into `file` in place of what it holds of the measurement `name`; what it holds of others stays."""
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept[name] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "rows": rows,
    }
    file.parent.mkdir(exist_ok=True)
    # Whoever ends it in the midst of writing keeps what was there.
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    draft.replace(file)
