"""The commands of the Makefile and what they are made of."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from cascade_site.prepare import collect_static
from scripts import assets, setup

FOLDER = Path(__file__).resolve().parent.parent.parent


def test_make_help_explains_every_command() -> None:
    makefile = (FOLDER / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    inner_steps = {"check-types", "check-others", "compiled-tests", "setup", "setup-dev", "setup-bench", "has-python"}
    told = subprocess.run(["make", "help"], cwd=FOLDER, check=True, capture_output=True, text=True).stdout
    explained = set(re.findall(r"^  make (\S+) +\S", told, re.MULTILINE))
    assert explained == set(phony[1].split()) - inner_steps
    assert set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) == explained | inner_steps


def test_every_variable_of_the_settings_is_explained() -> None:
    named = set(re.findall(r"env\.\w+\(\s*\"(\w+)\"", (FOLDER / "cascade_site" / "settings.py").read_text()))
    named |= set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", (FOLDER / "cascade_site" / "supervisor.py").read_text()))
    explained = (FOLDER / "docs" / "operations.md").read_text()
    assert [name for name in sorted(named) if f"`{name}`" not in explained] == []


def test_a_python_that_is_too_old_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(setup.SetupError, match=r"needs Python 3\.11 or later and this is 3\.9"):
        setup.require_python()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "WARNING: Retrying ... NewConnectionError('...: Connection refused')\nERROR: No matching distribution",
            "no con",
        ),
        ("npm error code ENOTFOUND\nnpm error network request failed", "no connection"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk became full"),
        ("Collecting\nERROR: hashes do not match", "could not install: ERROR: hashes do not match"),
    ],
)
def test_what_failed_in_the_set_up_is_said_in_one_sentence(output: str, sentence: str) -> None:
    told = setup.explain(output, doing="install")
    assert sentence in told
    assert "\n" not in told


def test_an_installation_is_current_until_its_pins_change(tmp_path: Path) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text("django==5.2")
    assert not setup.is_current(tmp_path, pins)
    setup.mark_current(tmp_path, pins)
    assert setup.is_current(tmp_path, pins)
    pins.write_text("django==5.3")
    assert not setup.is_current(tmp_path, pins)


@pytest.mark.parametrize(
    ("installed", "wanted", "fetched"),
    [
        ("requirements-bench.txt", "requirements.txt", []),
        ("requirements-bench.txt", "requirements-dev.txt", []),
        ("requirements-dev.txt", "requirements-bench.txt", ["requirements-bench.txt"]),
        ("requirements.txt", "requirements-dev.txt", ["requirements-dev.txt"]),
    ],
)
def test_what_a_larger_set_of_packages_contains_is_not_installed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, installed: str, wanted: str, fetched: list[str]
) -> None:
    asked_for: list[str] = []
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "pip_install", asked_for.append)
    setup.mark_current(tmp_path, FOLDER / installed)
    setup.install_python_packages(wanted)
    assert asked_for == fetched


def test_no_pin_names_where_a_package_is_fetched() -> None:
    pins = [*FOLDER.glob("requirements*.txt"), FOLDER / "package-lock.json", FOLDER / ".npmrc"]
    assert len(pins) == 6
    for path in pins:
        assert not re.search(r'"resolved"|registry=|index-url|--find-links|@ http', path.read_text()), path.name


def test_what_the_browser_loads_is_laid_out_without_source_maps(tmp_path: Path) -> None:
    assets.lay_out(node_modules=assets.NODE_MODULES, data_dir=tmp_path)
    for name in [*assets.VENDOR_FILES, *assets.BUNDLES]:
        assert "sourceMappingURL" not in (tmp_path / "vendor" / name).read_text(encoding="utf-8")
    assert (tmp_path / "icons" / "user.svg").read_text(encoding="utf-8").lstrip().startswith("<")


def test_what_draws_the_pictures_is_a_third_of_what_its_package_ships_as_one_file_and_says_whose_it_is(
    tmp_path: Path,
) -> None:
    assets.lay_out(node_modules=assets.NODE_MODULES, data_dir=tmp_path)
    made = (tmp_path / "vendor" / "echarts" / "echarts.min.js").read_bytes()
    assert len(gzip.compress(made)) < 210_000
    assert b"Apache License" in made


def test_where_the_bundler_is_missing_its_place_is_named(tmp_path: Path) -> None:
    packages = tmp_path / "node_modules"
    (packages / assets.ICONS).mkdir(parents=True)
    for name in (".package-lock.json", *assets.VENDOR_FILES.values()):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).symlink_to(assets.NODE_MODULES / name)
    with pytest.raises(FileNotFoundError, match="esbuild"):
        assets.lay_out(node_modules=packages, data_dir=tmp_path)


def test_what_is_laid_out_already_is_left_alone(tmp_path: Path) -> None:
    assets.lay_out(node_modules=assets.NODE_MODULES, data_dir=tmp_path)
    mark = tmp_path / "vendor" / "mark"
    mark.touch()
    assets.lay_out(node_modules=assets.NODE_MODULES, data_dir=tmp_path)
    assert mark.exists()
    (tmp_path / "assets.stamp").write_text("of an older version")
    assets.lay_out(node_modules=assets.NODE_MODULES, data_dir=tmp_path)
    assert not mark.exists()


def test_static_files_are_collected_only_when_one_has_changed(tmp_path: Path, settings: Settings) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    collect_static(stamp=tmp_path / "stamp")
    (tmp_path / "static" / "a.css").unlink()
    collect_static(stamp=tmp_path / "stamp")
    assert not (tmp_path / "static" / "a.css").exists()
    (source / "a.css").write_text("a { color: red }")
    collect_static(stamp=tmp_path / "stamp")
    assert (tmp_path / "static" / "a.css").exists()
