"""What the README shows runs as it stands, and what it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_example_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict = {}
    exec(compile(example, "README.md", "exec"), names)  # the README's own example
    warm, warmer = (names[run].summary()["chip_temperature_max_k"]["value"] for run in ("results", "smaller"))
    assert warmer > warm  # the smaller radiator runs hotter, which is what the example is there to show
    assert "'closes': True" in capsys.readouterr().out


def test_files_that_the_readme_names_are_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    scenarios = re.findall(r"`(scenarios/[\w.]+)`", README)
    assert len(links) >= 4
    assert len(scenarios) >= 5
    for name in links + scenarios:
        assert (ROOT / name).is_file(), name


def test_every_scenario_is_in_the_readme():
    for file in (ROOT / "scenarios").glob("*.yaml"):
        assert f"`scenarios/{file.name}`" in README
