"""The habits of this project, watched by a machine."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("main.py", "ecgviewer", "inference", "training", "packaging")

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_CLASS_LINES = 300
MAX_GIT_FILE_BYTES = 20_000_000

UNSAFE_LOADING = re.compile(
    r"\btorch\.load\(|^\s*(import|from) pickle\b|pickle\.loads?\(|allow_pickle\s*=\s*True|\byaml\.load\(",
    re.M,
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError")
SWALLOWED = re.compile(
    r"except( Exception| BaseException)?( as \w+)?:\s*(#[^\n]*)?\n?\s*(pass|\.\.\.)\s*$", re.M
)


def product_files() -> list[Path]:
    """Every Python file of the program itself."""
    files = [ROOT / name for name in PRODUCT if name.endswith(".py")]
    for name in PRODUCT:
        files += sorted((ROOT / name).rglob("*.py"))
    return [path for path in files if path.is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def definitions(path: Path) -> Iterator[tuple[ast.stmt, int]]:
    """Each function and class of a file with its length in lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node, (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_functions_and_classes_stay_readable() -> None:
    too_long = []
    for path in product_files():
        n_lines = len(path.read_text(encoding="utf-8").splitlines())
        if n_lines > MAX_FILE_LINES:
            too_long.append(f"{name_of(path)}: {n_lines} lines")
        for node, length in definitions(path):
            limit = MAX_CLASS_LINES if isinstance(node, ast.ClassDef) else MAX_FUNCTION_LINES
            if length > limit:
                too_long.append(f"{name_of(path)}:{node.lineno} {getattr(node, 'name', '')}: {length} lines")
    assert too_long == []


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        (UNSAFE_LOADING, "loads code with data"),
        (UNFINISHED, "is unfinished"),
        (SWALLOWED, "swallows an exception"),
    ],
    ids=["no_pickle", "nothing_unfinished", "no_swallowed_exception"],
)
def test_no_product_file_does_what_is_forbidden(pattern: re.Pattern[str], what: str) -> None:
    guilty = [name_of(path) for path in product_files() if pattern.search(path.read_text(encoding="utf-8"))]
    assert guilty == [], what


def test_the_packaging_folder_never_shadows_the_library_of_that_name() -> None:
    import packaging

    assert not (ROOT / "packaging" / "__init__.py").exists()
    assert "site-packages" in str(packaging.__file__)


def test_every_room_says_in_its_docstring_what_it_is() -> None:
    silent = [
        name_of(path)
        for path in product_files()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def test_every_make_command_in_the_documents_exists() -> None:
    named = set()
    for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        named |= set(re.findall(r"`?make ([a-z]+)`?", " ".join(code_of(path))))
    assert {"run", "test"} <= named
    assert named <= make_targets()


def code_of(path: Path) -> list[str]:
    """What a Markdown file sets as code: inline spans and fenced blocks."""
    text = path.read_text(encoding="utf-8")
    return re.findall(r"```.*?```", text, re.S) + re.findall(r"(?<!`)`[^`\n]+`(?!`)", text)


def commands_of_main(path: Path) -> list[str]:
    """What the code in a Markdown file writes after `main.py`, one call each, without comments."""
    code = "\n".join(code_of(path)).replace("\\\n", " ")
    return [call.split("#")[0].strip("` ") for call in re.findall(r"main\.py ([^\n]*)", code)]


def help_of(words: list[str]) -> str:
    """What `main.py WORDS --help` prints."""
    command = [sys.executable, "main.py", *words, "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_option_of_main_in_the_readme_is_in_the_help() -> None:
    commands, shown = commands_of_main(ROOT / "README.md"), help_of([])
    options: dict[tuple[str, ...], set[str]] = {}
    for call in commands:
        words = itertools.takewhile(lambda word: re.fullmatch(r"[a-z][a-z-]*", word), call.split())
        path = tuple(words)[: 2 if call.startswith("train ") else 1]
        options.setdefault(path, set()).update(re.findall(r"--[a-z][a-z-]*", call))
    assert {path[0] for path in options if path and not re.search(rf"^  {path[0]} ", shown, re.M)} == set()
    assert options["train", "retrain"] >= {"--ptb-xl", "--manifest", "--models"}
    unknown = {
        (*path, option)
        for path, named in options.items()
        for option in named - set(re.findall(r"--[a-z][a-z-]*", help_of(list(path))))
    }
    assert unknown == set()


def test_training_without_scikit_learn_names_the_readmes_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import main
    from training.cli import INSTALL

    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert main.main(["train", "retrain", "--help"]) == 1
    said = f"'train retrain' needs packages that are not here (sklearn): run {INSTALL} first.\n"
    assert capsys.readouterr().err == said
    assert INSTALL in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_built_program_retrains_and_says_that_research_is_done_from_the_source(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import main

    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert main.main(["train", "compare", "mi-beats"]) == 1
    assert "run it from the source code" in capsys.readouterr().err


def test_every_link_in_the_documents_leads_somewhere() -> None:
    broken = []
    for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{name_of(path)} -> {target}")
    assert broken == []


def test_every_decision_is_numbered_once_and_linked_from_the_architecture() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name[:4] for name in names] == [f"{number:04d}" for number in range(1, len(names) + 1)]
    assert [name for name in names if f"decisions/{name}" not in architecture] == []


def test_every_room_and_module_is_on_the_map() -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = [
        path.parent.name if path.name == "__init__.py" else path.name
        for package in ("ecgviewer", "inference", "training")
        for path in [*(ROOT / package).glob("*.py"), *(ROOT / package).glob("*/__init__.py")]
    ]
    absent = {name for name in modules if name.removesuffix(".py") not in architecture}
    assert absent - {"__main__.py"} == set()


def test_no_file_in_git_is_over_twenty_megabytes() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-tree", "-r", "-l", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(maxsplit=4) for line in listing.splitlines()]
    assert [row[4] for row in rows if row[3].isdigit() and int(row[3]) > MAX_GIT_FILE_BYTES] == []


def test_the_program_says_the_version_that_it_is_packaged_under() -> None:
    from ecgviewer import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert __version__ == project["version"]
