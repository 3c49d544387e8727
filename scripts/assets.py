"""Lay out what the browser loads: from node_modules into the data directory.

`vendor` holds the few files that pages load (Django serves it under static/vendor), `icons` the SVG
files that templates inline. Both are made anew when a package changed, so nothing stays of an older version.
"""

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from cascade_site.settings import BASE_DIR, DATA_DIR

NODE_MODULES = BASE_DIR / "node_modules"
VENDOR_FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "sortablejs/Sortable.min.js": "sortablejs/Sortable.min.js",
    "tom-select/tom-select.base.min.js": "tom-select/dist/js/tom-select.base.min.js",
    "tom-select/tom-select.complete.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select/tom-select.bootstrap5.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
}
# What is bundled from the parts of a package: what is laid out, and the file of ours that names the parts.
BUNDLES = {"echarts/echarts.min.js": BASE_DIR / "scripts" / "echarts.js"}
# Of the machine that the packages were installed on; esbuild's own command would need Node beside it.
BUNDLER = "@esbuild/*/bin/esbuild"
ICONS = "@tabler/icons/icons/outline"
# The maps are not laid out, and collectstatic refuses a file that names one that is missing.
SOURCE_MAP_COMMENT = re.compile(r"^(//|/\*)# sourceMappingURL=.*$", re.MULTILINE)


def lay_out(*, node_modules: Path, data_dir: Path) -> None:
    """Make `data_dir`/vendor and `data_dir`/icons from the packages in `node_modules`, unless they are those already.

    Raises FileNotFoundError naming the file where a package lacks one, or what bundles.
    """
    stamp = data_dir / "assets.stamp"
    wanted = _fingerprint(node_modules)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _replace(data_dir / "icons", lambda fresh: shutil.copytree(node_modules / ICONS, fresh))
    _replace(data_dir / "vendor", lambda fresh: _fill_vendor(node_modules, fresh))
    stamp.write_text(wanted)


def _fingerprint(node_modules: Path) -> str:
    """What changes when other files should be laid out: npm's own record of what is installed, and our files."""
    seen = hashlib.sha256(Path(__file__).read_bytes())
    for source in BUNDLES.values():
        seen.update(source.read_bytes())
    seen.update((node_modules / ".package-lock.json").read_bytes())
    return seen.hexdigest()


def _fill_vendor(node_modules: Path, fresh: Path) -> None:
    _copy_vendor_files(node_modules, fresh)
    for target, source in BUNDLES.items():
        _bundle(source, fresh / target, node_modules=node_modules)


def _bundle(source: Path, target: Path, *, node_modules: Path) -> None:
    """Make one script of `source` and what it imports; what it exports stands in a global of its name."""
    bundler = next(node_modules.glob(BUNDLER), None)
    if bundler is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(node_modules / BUNDLER))
    how = ["--bundle", "--minify", "--format=iife", "--legal-comments=inline", "--log-level=warning"]
    named = [f"--global-name={source.stem}", f"--outfile={target}"]
    # Without NODE_PATH it would look for packages only beside the source.
    found_in = os.environ | {"NODE_PATH": str(node_modules)}
    subprocess.run([bundler, source, *how, *named], check=True, env=found_in)


def _copy_vendor_files(node_modules: Path, fresh: Path) -> None:
    for target, source in VENDOR_FILES.items():
        text = (node_modules / source).read_text(encoding="utf-8")
        (fresh / target).parent.mkdir(parents=True, exist_ok=True)
        (fresh / target).write_text(SOURCE_MAP_COMMENT.sub("", text), encoding="utf-8")


def _replace(folder: Path, fill: Callable[[Path], object]) -> None:
    """Fill a folder beside `folder` and put it in its place, so that an interrupted run leaves no half of it."""
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fill(fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


if __name__ == "__main__":
    try:
        lay_out(node_modules=NODE_MODULES, data_dir=DATA_DIR)
    except FileNotFoundError as error:
        sys.exit(f"A file of the browser packages is missing: {error.filename}. Run `make assets` again.")
