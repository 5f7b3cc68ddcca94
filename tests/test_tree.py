"""The tree itself: what may lie in it, what its files may name, and that its lists agree with each other."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ROOMS = {"connectors", "identity", "transfer", "simulator", "pipelines"}


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Every file that is, or would be, committed."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files belong to the tree is only known to git")
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def offences(files: list[Path], pattern: str) -> list[str]:
    """``file:line: text`` of every line of a text file that matches; this file, which holds the patterns, apart."""
    found = []
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8").splitlines() if path != Path(__file__) else []
        except UnicodeDecodeError:  # a gzipped sample, or one whose odd encoding is the point of it
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(lines, 1)
            if re.search(pattern, line)
        ]
    return found


def modules_named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and node.level == 0 else []


def test_no_file_names_a_package_registry(files: list[Path]) -> None:
    assert offences(files, r"(?i)(pypi|pythonhosted|npmjs|debian)\.(org|com)|(?<!no-emit-)find-links") == []


def test_no_file_names_a_path_that_only_one_machine_has(files: list[Path]) -> None:
    assert offences(files, r"(?<![\w.}>/*-])/(work|tmp|root|home|Users|opt|mnt)/\w|file:///") == []


def test_nothing_is_left_to_be_done_in_a_comment(files: list[Path]) -> None:
    assert offences(files, r"\b(TODO|FIXME|XXX|HACK)\b(?!\"[,\]])") == []


def test_no_line_of_sql_is_longer_than_a_line_of_python(files: list[Path]) -> None:
    width = PYPROJECT["tool"]["ruff"]["line-length"]
    assert offences([path for path in files if path.suffix == ".sql"], rf"^.{{{width + 1},}}") == []


def test_no_module_has_a_name_that_says_nothing(files: list[Path]) -> None:
    empty_words = {"utils", "util", "common", "helpers", "helper", "core", "misc", "lib"}
    named = {part.split(".")[0] for path in files for part in path.relative_to(ROOT).parts}
    assert named & empty_words == set()


def test_a_folder_of_tests_mirrors_a_folder_of_the_tree() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert {name for name in folders if not (ROOT / name).is_dir()} == set()


def test_the_name_of_a_test_is_a_sentence(files: list[Path]) -> None:
    names = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        if path.match("tests/**/test_*.py") or path.match("tests/test_*.py")
        for name in re.findall(r"^\s*def test_(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if name.count("_") < 2
    ]
    assert names == []


def test_every_room_is_packaged_typed_and_under_the_import_contracts() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    tool = PYPROJECT["tool"]
    assert packages == ROOMS
    assert set(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == ROOMS
    assert set(tool["mypy"]["files"]) >= ROOMS
    assert set(tool["importlinter"]["root_packages"]) == ROOMS


def test_no_import_is_excused_from_the_contracts() -> None:
    excuses = {"ignore_imports", "unmatched_ignore_imports_alerting", "allow_indirect_imports"}
    assert all(excuses.isdisjoint(contract) for contract in PYPROJECT["tool"]["importlinter"]["contracts"])


def test_every_make_target_is_in_its_help() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert targets >= {"help", "demo", "test", "check", "dev"}
    assert {target for target in targets if f"make {target} " not in shown} == set()


def test_the_license_is_the_whole_apache_license() -> None:
    license_text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PYPROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in license_text
    assert "END OF TERMS AND CONDITIONS" in license_text


def test_the_lock_holds_versions_and_hashes_and_no_address() -> None:
    pinned = re.split(r"\n(?=\S)", LOCK.strip())
    assert [entry for entry in pinned if not re.match(r"[\w.\[\],-]+==\S+", entry)] == []
    assert [entry.split("==")[0] for entry in pinned if "--hash=sha256:" not in entry] == []
    assert re.findall(r"://|--index|--extra-index|--find-links|--trusted-host|@ ", LOCK) == []


def test_the_lock_satisfies_every_declared_range() -> None:
    locked = {canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)\S*==(\S+)", LOCK, re.M)}
    declared = map(Requirement, PYPROJECT["project"]["dependencies"] + PYPROJECT["dependency-groups"]["dev"])
    unmet = {
        str(requirement): locked.get(canonicalize_name(requirement.name))
        for requirement in declared
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"))
    }
    assert unmet == {}


def test_every_library_that_the_rooms_import_is_declared() -> None:
    imported = {
        name.split(".")[0]
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in modules_named(node)
    }
    declared = {canonicalize_name(Requirement(entry).name) for entry in PYPROJECT["project"]["dependencies"]}
    homes = packages_distributions()
    undeclared = {
        module: homes.get(module, ["no installed package"])
        for module in imported - ROOMS - sys.stdlib_module_names
        if declared.isdisjoint(map(canonicalize_name, homes.get(module, [])))
    }
    assert undeclared == {}


def test_decisions_are_numbered_once_and_say_what_they_cost() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name for path in decisions if not re.match(r"\d{4}-[a-z0-9-]+\.md$", path.name)] == []
    numbers = [path.name[:4] for path in decisions]
    assert sorted(set(numbers)) == numbers
    sections = ("**Context.**", "**Decision.**", "**What we gave up.**")
    assert [p.name for p in decisions if any(s not in p.read_text(encoding="utf-8") for s in sections)] == []


def test_every_link_in_the_documentation_leads_to_a_file(files: list[Path]) -> None:
    dead = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in files
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert dead == []


def test_continuous_integration_can_start_its_command() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
