"""The repository keeps its word: README, CI, locks and changelog say the same, and no file names one machine."""

import re
import tomllib
from pathlib import Path

import orbital_compute as oc

ROOT = Path(__file__).parent.parent
FOLDERS = (".ci", "benchmarks", "docs", "locks", "orbital_compute", "scenarios", "tests")
NOT_SOURCE = {"__pycache__", ".ipynb_checkpoints"}

RUN_COMMAND = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/orbital-compute run scenarios/quickstart.yaml"
)
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest"

# Written so that this file does not match itself.
ONE_MACHINE = re.compile(r"(?<![\w.-])/(?:w[o]rk|f[a]rm|r[o]ot|h[o]me|U[s]ers|o[p]t/p[y]pi)\b|/\.p[y]env/")
PACKAGE_INDEX = re.compile(
    r"p[y]pi\.org|p[y]thonhosted|(?:extra-)?i[n]dex-url|f[i]nd-links|r[e]gistry\.npmjs|t[r]usted-host"
)
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+)")
LOCAL_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(.*?)\\$", re.MULTILINE)


def source_files() -> list[Path]:
    """Return every text file that belongs to the project."""
    files = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".coverage"]
    for folder in FOLDERS:
        files += [path for path in (ROOT / folder).rglob("*") if path.is_file() and not NOT_SOURCE & set(path.parts)]
    return sorted(files)


def lines_that_match(pattern: re.Pattern) -> list[str]:
    """Return `file:line: text` of each match in the project's files."""
    found = []
    for path in source_files():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def project() -> dict:
    """Return the project table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def plain(name: str) -> str:
    """Return a distribution's name in its normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(file: str) -> dict[str, list[str]]:
    """Return the versions that a lock file names for each distribution."""
    versions: dict[str, list[str]] = {}
    for name, version, _ in LOCKED.findall((ROOT / "locks" / file).read_text()):
        versions.setdefault(plain(name), []).append(version)
    return versions


def release(version: str) -> tuple[int, ...]:
    """Return a version's numbers without closing zeros."""
    return tuple(int(part) for part in re.sub(r"(\.0)+$", "", version).split("."))


def test_readme_holds_the_commands_that_ci_runs():
    readme = (ROOT / "README.md").read_text()
    ci = (ROOT / ".ci" / "run").read_text()
    for command in (RUN_COMMAND, TEST_COMMAND):
        assert command in readme
        assert command in ci


def test_links_between_pages_lead_somewhere():
    pages = [path for path in source_files() if path.suffix == ".md"]
    links = [(page, link) for page in pages for link in LOCAL_LINK.findall(page.read_text())]
    assert links
    lost = [f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()]
    assert lost == []


def test_no_file_names_one_machine():
    assert lines_that_match(ONE_MACHINE) == []


def test_no_file_names_a_package_index():
    assert lines_that_match(PACKAGE_INDEX) == []


def test_patterns_find_what_they_should():
    assert ONE_MACHINE.search("see /" + "home/anna/data")
    assert ONE_MACHINE.search("/" + "root/x")
    assert not ONE_MACHINE.search("docs/" + "work/x")
    assert PACKAGE_INDEX.search("--extra-ind" + "ex-url file:///somewhere")


def test_changelog_has_the_current_version():
    assert re.search(rf"^## {re.escape(oc.__version__)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_lowest_lock_holds_exactly_the_lower_bounds():
    table = project()
    lowest = locked("lowest.txt")
    for requirement in table["dependencies"] + table["optional-dependencies"]["test"]:
        name, bound = REQUIREMENT.fullmatch(requirement).groups()
        (version,) = lowest[plain(name)]
        # The first release may carry more numbers than the bound (3.12 is 3.12.1 where 3.12.0 has no wheel).
        assert release(version)[: len(release(bound))] == release(bound), f"{name}: {version} against >={bound}"


def test_lock_holds_every_requirement_with_hashes():
    table = project()
    extras = table["optional-dependencies"]
    text = (ROOT / "locks" / "test.txt").read_text()
    for requirement in table["dependencies"] + extras["test"] + extras["lint"]:
        name, bound = REQUIREMENT.fullmatch(requirement).groups()
        assert all(release(version) >= release(bound) for version in locked("test.txt")[plain(name)]), name
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
