"""The command line: exit codes, one readable message for each mistake, quick help, examples in every help."""

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from orbital_compute.cli import main
from orbital_compute.results import Results
from orbital_compute.simulate import Simulation

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
SMALL = """\
format: 1
name: small
time: {start: 2026-06-21T00:00:00Z, duration: 10 min}
constellation: {walker: {altitude: 600 km, inclination: 53 deg, planes: 2, per_plane: 2}}
satellite: {preset: starmind_ai1}
workload: {preset: default}
output: {sample: 1}
"""


class QuietFiles(SimpleHTTPRequestHandler):
    """Serve files without a word."""

    def log_message(self, *arguments):
        pass


def run(capsys, monkeypatch, *arguments):
    """Run the command here; return exit code, output, error text."""
    monkeypatch.setattr(sys, "argv", ["orbital-compute", *map(str, arguments)])
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


@pytest.fixture
def command(capsys, monkeypatch):
    return lambda *arguments: run(capsys, monkeypatch, *arguments)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_validate_says_what_a_scenario_holds(command):
    code, out, _ = command("validate", SCENARIOS / "quickstart.yaml")
    assert code == 0
    assert "10,000 satellites beside colossus_1" in out
    assert "1,440 steps in 288 windows" in out


def test_validate_prints_the_resolved_scenario_and_its_sources(command):
    code, out, _ = command(
        "validate", SCENARIOS / "quickstart.yaml", "--json", "--set", "satellite.radiator.area=90 m2", "--set", "seed=7"
    )
    found = json.loads(out)
    assert code == 0
    assert found["scenario"]["satellite"]["radiator"]["area"] == "90 m2"
    assert found["scenario"]["seed"] == 7
    sources = {record["path"]: record["source"] for record in found["provenance"]}
    assert sources["satellite.radiator.area"] == "scenario"


def test_validate_prints_the_json_schema(command):
    code, out, _ = command("validate", "--schema")
    assert code == 0
    assert json.loads(out)["title"] == "orbital_compute scenario"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["validate", "none.yaml"], "none.yaml: there is no such file"),
        (["validate", SCENARIOS], "it is a folder"),
        (["validate", SCENARIOS / "real_fleet.yaml"], "pass --set constellation.element_sets=FILE"),
        (["validate", SCENARIOS / "quickstart.yaml", "--set", "constellation.satellites=0"], "0 is below 1"),
        (["validate", SCENARIOS / "quickstart.yaml", "--set", "nothing"], "'nothing' is no change"),
        (
            ["validate", SCENARIOS / "real_fleet.yaml", "--set", "constellation.element_sets=none.tle"],
            "no file 'none.tle'",
        ),
        (["run", SCENARIOS / "quickstart.yaml", "--set", "satellite.radiator.area=9 kg"], "unit of the wrong kind"),
        (["report", "nowhere"], "nowhere"),
        (["presets", "show", "starmind"], "no preset is called 'starmind'; the nearest is 'starmind_ai1'"),
        (["presets", "show", "default"], "name one of gateways/default, workloads/default"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(command, arguments, says):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["validate"], ["nonsense"], ["run", "--threads", "0", "x.yaml"], ["run"]])
def test_wrong_use_is_exit_code_2(command, arguments):
    code, _, err = command(*arguments)
    assert code == 2
    assert "Usage" in err


@pytest.mark.parametrize(
    "content", ["", "- a\n", "format: 1\nname: \tx\n\ty: 1\n", "a: [\n", "\x00\x01", "format: 9\n"]
)
def test_junk_is_exit_code_2(command, tmp_path, content):
    path = tmp_path / "s.yaml"
    path.write_text(content, encoding="utf-8")
    code, out, err = command("run", path)
    assert (code, out) == (2, "")
    assert "s.yaml" in err


def test_presets_are_listed_shown_and_copied(command, tmp_path):
    code, out, _ = command("presets", "list")
    assert code == 0
    assert "colossus_1" in out
    code, out, _ = command("presets", "show", "starmind_ai1")
    assert code == 0
    assert "117 kWh" in out
    assert "[1]" in out
    assert len(json.loads(command("presets", "show", "sites/colossus_1", "--json")[1])) > 15
    target = tmp_path / "mine.yaml"
    assert command("presets", "copy", "starmind_ai1", target)[0] == 0
    text = target.read_text(encoding="utf-8")
    assert "area: 110 m2" in text
    code, _, err = command("presets", "copy", "starmind_ai1", target)
    assert code == 2
    assert "a file stands there already" in err
    scenario = tmp_path / "s.yaml"
    body = "\n".join("  " + line for line in text.splitlines() if not line.startswith("#"))
    scenario.write_text(SMALL.replace("satellite: {preset: starmind_ai1}", "satellite:\n" + body), encoding="utf-8")
    assert command("validate", scenario)[0] == 0


def test_run_twice_gives_each_its_own_folder_and_report(command, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = command("run", small, "--json", "--threads", 1)
    assert code == 0
    first = json.loads(out, parse_constant=pytest.fail)  # NaN is no JSON
    assert first["folder"] == "out/small"
    assert first["summary"]["pue_mean"]["value"] is None  # there is no site
    assert first["summary"]["compute_delivered_flop"]["value"] > 0
    code, out, _ = command("run", small, "--quiet")
    assert (code, out) == (0, "")
    assert (tmp_path / "out" / "small-2" / "manifest.json").exists()
    assert (tmp_path / first["report"]).exists()
    code, _, err = command("run", small, "--output", "out/small")
    assert code == 2
    assert "--overwrite" in err
    assert command("run", small, "--output", "out/small", "--overwrite", "--quiet")[0] == 0
    (tmp_path / "file").write_text("x")
    code, _, err = command("run", small, "--output", "file/below")
    assert code == 2
    assert "cannot be written" in err
    code, out, _ = command("report", "out/small", "--json")
    assert code == 0
    assert json.loads(out)["summary"].keys() == first["summary"].keys()


def test_a_run_whose_stored_numbers_do_not_add_up_is_exit_code_1(command, small, tmp_path, monkeypatch):
    audit = Results.audit

    def spoilt(results):
        ledgers = audit(results)
        assert all(ledger["closes"] for ledger in ledgers.values())
        return ledgers | {"work_by_class": {**ledgers["work_by_class"], "closes": False}}

    monkeypatch.setattr(Results, "audit", spoilt)
    code, _, err = command("run", small, "--output", tmp_path / "out", "--quiet")
    assert code == 1
    assert "do not add up; see the audit of work_by_class" in err


def test_a_run_that_is_asked_to_stop_says_how_to_go_on_and_goes_on(command, small, tmp_path, monkeypatch):
    step = Simulation.step

    def interrupted(self, *arguments):
        if self.window == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return step(self, *arguments)

    folder = tmp_path / "out"
    monkeypatch.setattr(Simulation, "step", interrupted)
    before = signal.getsignal(signal.SIGTERM)
    code, out, err = command("run", small, "--output", folder, "--quiet")
    assert signal.getsignal(signal.SIGTERM) is before
    assert (code, out) == (75, "")
    windows = json.loads((folder / "manifest.json").read_text())["time"]["n_step"] // 5
    assert err == f"{folder}: stopped after window 2 of {windows}; go on with: orbital-compute resume {folder}\n"
    code, _, err = command("report", folder)
    assert code == 2
    assert "the run did not finish" in err
    monkeypatch.setattr(Simulation, "step", step)
    code, out, err = command("resume", folder, "--quiet")
    assert (code, out, err) == (0, "", "")
    assert command("report", folder)[0] == 0
    assert command("resume", folder, "--quiet")[0] == 0  # nothing left to do


def test_resume_of_what_is_no_run_is_bad_input(command, tmp_path):
    code, _, err = command("resume", tmp_path)
    assert code == 2
    assert "no results there" in err


def test_a_run_that_cannot_fit_is_exit_code_3(command, tmp_path):
    code, _, err = command(
        "run", SCENARIOS / "fcc_million.yaml", "--set", "time={start: 2026-06-21, duration: 364 days, step: 1 s}",
        "--output", tmp_path / "out",
    )  # fmt: skip
    assert code == 3
    assert any(unit in err for unit in ("GB", "TB", "PB", "GiB", "TiB"))
    assert not (tmp_path / "out").exists()


def test_fetch_answers_in_two_lines_or_one_of_error(command, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    answer = b"NAME\n1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753\n"
    answer += b"2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667\n"
    (tmp_path / "sets").write_bytes(answer)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), partial(QuietFiles, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        base, out = f"http://127.0.0.1:{server.server_address[1]}", tmp_path / "one.tle"
        code, text, _ = command("fetch", "one", "--from", f"{base}/sets", "--form", "tle", "--output", out)
        assert code == 0
        assert "one.tle: 1 element set, epochs 2000-06-27 18:50 to 2000-06-27 18:50 UTC" in text
        assert "(asked just now)" in text
        assert out.read_bytes() == answer
        code, text, _ = command("fetch", "one", "--from", f"{base}/sets", "--form", "tle", "--json")
        assert (code, json.loads(text)["asked"], json.loads(text)["element_sets"]) == (0, False, 1)
        code, text, err = command("fetch", "one", "--from", f"{base}/none")
        assert (code, text) == (1, "")
        assert "the answer was 404 'File not found'" in err
        assert len(err.strip().splitlines()) == 1
        server.shutdown()
    for arguments, says in (
        (["one", "--from", "x"], "'x' is no address"),
        (["one", "--max-age", "3"], "--max-age: '3' has no unit"),
        (["one", "--max-age", "1 h"], "at least 7200 s"),
        (["one", "--form", "tle", "--output", out], "a file stands there already"),
    ):
        code, _, err = command("fetch", *arguments)
        assert code == 2
        assert says in err


def lines_of(module, *arguments):
    code = f"import sys; sys.argv = ['x', *{list(arguments)!r}]\nfrom orbital_compute.cli import main\n"
    code += "try:\n    main()\nexcept SystemExit:\n    pass\n"
    code += f"print('LOADED', *[name for name in {module!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout


def test_help_and_validate_load_nothing_heavy():
    heavy = ["numba", "astropy", "xarray", "h5py", "matplotlib", "scipy"]
    out = lines_of([*heavy, "numpy", "pydantic", "ruamel.yaml"], "--help")
    assert out.rstrip().endswith("LOADED")
    assert "Example: orbital-compute run scenarios/quickstart.yaml" in out
    assert lines_of(heavy, "validate", "scenarios/quickstart.yaml").rstrip().endswith("LOADED")


@pytest.mark.parametrize(
    "name", ["validate", "run", "report", "fetch", "presets", "presets list", "presets show", "presets copy"]
)
def test_every_help_has_an_example(command, name):
    code, out, _ = command(*name.split(), "--help")
    assert code == 0
    assert "Example: orbital-compute" in " ".join(out.split())


def test_the_module_is_the_command_too():
    done = subprocess.run(
        [sys.executable, "-m", "orbital_compute", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.startswith("orbital-compute ")


@pytest.mark.parametrize(
    "arguments", [["presets", "list"], ["presets", "show", "starmind_ai1"], ["validate", "--json"]]
)
def test_a_reader_that_leaves_early_is_no_failure(arguments, small):
    """As `orbital-compute ... | head -1` does; the reader is gone before the first line."""
    names = [*arguments, str(small)] if arguments[0] == "validate" else arguments
    command = [sys.executable, "-c", "from orbital_compute.cli import main; main()", *names]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_wrong_is_told_by_the_code_though_nobody_reads(monkeypatch, tmp_path):
    """A damaged folder ends `check` with 1, whatever becomes of its words."""
    from orbital_compute.store import check

    monkeypatch.setattr(
        check, "check_folder", lambda folder: check.Findings("complete", None, 1, 1, ("shard: damaged",))
    )
    monkeypatch.setattr("builtins.print", lambda *_, **__: (_ for _ in ()).throw(BrokenPipeError))
    monkeypatch.setattr(sys, "argv", ["orbital-compute", "check", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1


@pytest.mark.parametrize(
    "arguments",
    [["run", "small.yaml", "-o", ""], ["run", ""], ["resume", ""], ["report", " "], ["presets", "copy", "ai1", ""]],
)
def test_an_empty_name_is_refused(command, arguments, monkeypatch, tmp_path):
    """A shell makes one of a variable that is not set; as a path it would be the folder that one stands in."""
    monkeypatch.chdir(tmp_path)
    code, _, error = command(*arguments)
    assert code == 2
    assert "the name is empty" in error
    assert list(tmp_path.iterdir()) == []
