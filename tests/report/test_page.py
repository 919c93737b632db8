"""The report page: well formed, complete, alone, and safe against texts of a scenario."""

import re
from html.parser import HTMLParser

import pytest
from made_up_run import run

from orbital_compute.report.page import SECTIONS, page, parameters, shown, write_report

# a fleet has no budget by satellite; the made-up run has left out the air and what binds, and no costs
FOUND = [key for key, _ in SECTIONS if key not in ("binds", "budget", "training", "events", "lease", "cost")]

EVIL = '<script>alert("x")</script> & "quoted" \'single\''
VOID = {"meta", "br", "img", "hr", "link", "input"}


class Reader(HTMLParser):
    """Takes a page apart: elements in order, text, ids; complains where an end does not meet its start."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict]] = []
        self.text: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.note(tag, attrs)

    def note(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def evil():
    return run(name=EVIL, n_shell=3, n_window=12, n_site=2, warnings=[f"beware of {EVIL}"])


@pytest.fixture(scope="module")
def text(evil):
    evil.manifest["provenance"].append(
        {"path": "sites[0].name", "value": EVIL, "unit": "", "grade": "", "source": EVIL, "date": "",
         "low": "", "high": ""}
    )  # fmt: skip
    return page(evil)


@pytest.fixture(scope="module")
def reader(text):
    return read(text)


def test_every_section_is_there_and_linked(reader):
    links = {attrs.get("href") for tag, attrs in reader.elements if tag == "a"}
    assert [attrs["id"] for tag, attrs in reader.elements if tag == "section"] == FOUND
    assert links == {f"#{key}" for key in FOUND}


def test_texts_of_the_scenario_are_escaped(text, reader):
    assert "<script" not in text
    said = "".join(reader.text)
    assert said.count(EVIL) >= 4  # title, heading, warning, parameter


def test_names_of_sites_classes_and_regions_are_escaped():
    whole = run(n_shell=1, n_window=3, n_site=1, n_region=1)
    for dim in ("site", "job_class", "region", "shell", "arc", "node_group"):
        names = [f"<b>{dim} {i}</b>" for i in range(whole.dataset.sizes[dim])]
        whole.dataset[dim] = (dim, names)
    tags = {tag for tag, _ in read(page(whole)).elements}
    assert "b" not in tags


def test_nothing_is_fetched_and_no_script_runs(text, reader):
    tags = {tag for tag, _ in reader.elements}
    assert not tags & {"script", "iframe", "link", "object", "embed", "form"}
    for tag, attrs in reader.elements:
        for name, value in attrs.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href"):
                assert value.startswith(("#", "data:")), (tag, name)
    assert not re.search(r"url\((?!#)", text)
    assert "@import" not in text


def test_names_are_unique_in_the_page(reader):
    assert len(reader.ids) == len(set(reader.ids))


def test_every_figure_has_words(reader):
    drawings = [attrs for tag, attrs in reader.elements if tag == "svg"]
    captions = [tag for tag, _ in reader.elements if tag == "figcaption"]
    assert len(drawings) == len(captions) == 15
    for attrs in drawings:
        assert attrs["role"] == "img"
        assert attrs["aria-labelledby"] in reader.ids


def test_tables_have_heads(reader):
    assert sum(tag == "table" for tag, _ in reader.elements) >= 8
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in reader.elements if tag == "th")


def test_figures_of_the_summary_are_said(evil, reader):
    said = "".join(reader.text)
    summary = evil.summary()
    assert f"{100 * summary['sunlit_fraction']['value']:.1f} %" in said
    assert f"{summary['chip_temperature_max_k']['value'] - 273.15:.1f} °C" in said
    mean = summary["compute_delivered_orbit_flop"]["value"] / (12 * 300.0)
    assert f"{mean / 1e18:.1f} EFLOP/s" in said


def test_parameters_show_value_unit_grade_source_and_date(reader):
    said = re.sub(r"\s+", " ", " ".join(reader.text))
    assert "satellite.radiator.area 110 m2 90 m2 to … B vendor disclosure 2026-06-08" in said


def test_a_broken_ledger_stands_out():
    whole = run(n_shell=1, n_window=3, n_sample=0, n_region=1, n_gateway=1)
    whole.dataset["energy_residual"].values[1] = 1e-3
    text = page(whole)
    assert "1 of 12 ledgers do not close: energy" in text
    assert 'class="words broken"' in text or 'class="figure broken"' in text


@pytest.mark.parametrize("sizes", [{"n_site": 0, "n_sample": 0}, {"n_site": 1, "n_gateway": 0}])
def test_smaller_runs_make_a_page(sizes):
    read(page(run(**{"n_shell": 2, "n_window": 4, "n_region": 2, **sizes})))


def test_a_manifest_with_little_in_it_makes_a_page():
    whole = run(n_shell=1, n_window=2, n_site=0, n_sample=0, n_region=1, n_gateway=1)
    whole.dataset  # noqa: B018  its attributes come from the manifest
    for key in ("provenance", "durations_s", "threads", "warnings", "versions", "time", "scenario"):
        whole.manifest.pop(key)
    read(page(whole))


def test_the_page_is_written_whole_and_replaces_an_older_one(tmp_path):
    whole = run(n_shell=1, n_window=2, n_site=0, n_sample=0, n_region=1, n_gateway=1)
    (tmp_path / "report.html").write_text("old")
    path = write_report(whole, tmp_path)
    assert path == tmp_path / "report.html"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert path.read_text(encoding="utf-8") == page(whole)


def test_long_values_are_cut():
    assert shown(list(range(5))) == "0, 1, 2, 3, 4"
    assert [shown(value) for value in (300000.0, 0.0035, 8.03e9, 0.0, 5)] == [
        "300,000",
        "0.0035",
        "8,030,000,000",
        "0",
        "5",
    ]
    assert len(shown("x" * 500)) == 120


def test_empty_values_are_left_out_and_lone_ones_stand_together():
    record = {"unit": "", "grade": "", "source": "scenario", "date": "", "low": "", "high": ""}
    text = parameters([{"path": "seed", "value": 7, **record}, {"path": "lease", "value": [], **record}])
    assert "general, 1 value<" in text
    assert "lease" not in text
