"""Bytes are predicted before a run, near what a run takes, and what cannot fit is refused with its bytes."""

from pathlib import Path

import pytest
import recorded

from orbital_compute.catalogue import VARIABLES
from orbital_compute.errors import WontFitError
from orbital_compute.store import footprint
from orbital_compute.store.files import prepare_folder
from orbital_compute.store.footprint import Footprint, RunSize, predict
from orbital_compute.store.limits import Limit

GB = 10**9
DAY = RunSize(n_satellite=1_000_000, n_window=288, n_step=1440, n_shell=114, n_site=1, n_class=4, n_region=12, n_arc=17)
YEAR_OF_SECONDS = RunSize(
    n_satellite=1_000_000, n_window=105_120, n_step=31_536_000, n_shell=114, n_site=1, n_class=4, n_region=12, n_arc=17
)
HAND_SAMPLE = 8 * 64 * sum(entry.dims == ("sample_time", "sample") for entry in VARIABLES.values())

LIMIT_BYTES = 100 * GB


def refused(prediction: Footprint, *, folder):
    """Refuse what is too large, with the limit that a scenario has by default."""
    footprint.refuse_if_too_large(prediction, folder=folder, output_limit_bytes=LIMIT_BYTES)


@pytest.fixture
def roomy(monkeypatch):
    """A machine with a terabyte of memory and a petabyte of disk."""
    monkeypatch.setattr(footprint, "available_memory", lambda: Limit(1000 * GB, "this machine"))
    monkeypatch.setattr(footprint, "free_disk", lambda _: Limit(10**6 * GB, "the disk"))


def size_of(dataset) -> RunSize:
    """Return the size of a recorded run."""
    sizes = dataset.sizes
    return RunSize(
        n_satellite=sizes["satellite"], n_window=sizes["time"], n_step=sizes["sample_time"], n_shell=sizes["shell"],
        n_site=sizes["site"], n_class=sizes["job_class"], n_region=sizes["region"], n_sample=sizes["sample"],
        n_arc=sizes["arc"], n_reason=sizes["reason"], n_rtt_bin=sizes["rtt_bin"], n_day=sizes["day"],
        n_error_kind=sizes["error_kind"], n_solar_activity=sizes["solar_activity"], n_lease=sizes["lease"],
        n_gateway=sizes["gateway"],
        n_hour=sizes["hour"],
        n_ttft_bin=sizes["ttft_bin"],
        n_gang=sizes["gang"], n_gang_place=sizes["gang_place"], n_stop_cause=sizes["stop_cause"],
        n_cut_place=sizes["cut_place"], n_resource=sizes["resource"],
        n_trace=sizes["trace"],
        n_session_class=sizes["session_class"],
    )  # fmt: skip


def test_stored_numbers_are_predicted_to_the_byte():
    axes = recorded.coordinates()
    dataset = recorded.record(axes, recorded.arrays(axes)).dataset
    held = sum(variable.nbytes for variable in dataset.data_vars.values())
    assert predict(size_of(dataset), bytes_per_satellite=0.0).kept_bytes == held


def test_numbers_of_a_day_worked_by_hand():
    parts = predict(DAY, bytes_per_satellite=0.0).parts
    assert parts["sample"] == 1440 * HAND_SAMPLE
    n_total = sum(entry.dims == ("satellite",) for entry in VARIABLES.values())
    assert parts["satellite"] == 1_000_000 * 8 * n_total


def test_memory_holds_the_satellites_in_whole_blocks():
    one, other = (predict(DAY, bytes_per_satellite=b).memory_bytes for b in (1000.0, 3000.0))
    assert abs(other - one - 2000 * 1_000_448) <= 1  # 1,954 blocks of 512
    assert predict(DAY, bytes_per_satellite=1000.0, to_folder=False).disk_bytes == 0


def test_memory_without_a_folder_grows_with_the_run():
    two_days = RunSize(**{**DAY.__dict__, "n_window": 576, "n_step": 2880})
    one, two = (predict(size, bytes_per_satellite=0.0, to_folder=False) for size in (DAY, two_days))
    assert two.memory_bytes - one.memory_bytes >= 2 * (two.kept_bytes - one.kept_bytes) > 0


def test_variables_that_a_run_does_not_store_cost_nothing():
    assert predict(DAY, bytes_per_satellite=0.0, names=["executed_flop"]).kept_bytes == 8 * 288 * 114


@pytest.mark.usefixtures("roomy")
def test_million_satellites_for_a_day_fit():
    prediction = predict(DAY, bytes_per_satellite=2000.0)
    assert prediction.memory_bytes < 6 * GB
    refused(prediction, folder=Path("out"))


@pytest.mark.usefixtures("roomy")
def test_year_of_one_second_steps_is_refused_on_any_machine():
    prediction = predict(YEAR_OF_SECONDS, bytes_per_satellite=2000.0)
    assert prediction.parts["sample"] == 31_536_000 * HAND_SAMPLE  # some 350 GB
    with pytest.raises(WontFitError, match=r"would write \d+ GB .*full series of the sample .*would fit") as caught:
        refused(prediction, folder=Path("out"))
    assert caught.value.predicted_bytes == prediction.disk_bytes
    assert str(prediction.disk_bytes) in str(caught.value)
    assert caught.value.limit_bytes == LIMIT_BYTES
    assert "output.limit allows 100 GB" in str(caught.value)
    assert "raise output.limit" in str(caught.value)


@pytest.mark.usefixtures("roomy")
def test_sample_that_is_said_to_fit_does():
    with pytest.raises(WontFitError) as caught:
        refused(predict(YEAR_OF_SECONDS, bytes_per_satellite=0.0), folder=Path("out"))
    n_sample = int(str(caught.value).split("a sample of ")[1].split()[0])
    assert 1 <= n_sample < 64
    smaller = RunSize(**{**YEAR_OF_SECONDS.__dict__, "n_sample": n_sample})
    refused(predict(smaller, bytes_per_satellite=0.0), folder=Path("out"))


def test_satellites_that_are_said_to_fit_do(monkeypatch):
    monkeypatch.setattr(footprint, "available_memory", lambda: Limit(2 * GB, "the control group"))
    with pytest.raises(WontFitError, match="of memory; the control group leaves 2 GB") as caught:
        refused(predict(DAY, bytes_per_satellite=4000.0), folder=Path("out"))
    n_satellite = int(str(caught.value).split("about ")[1].split()[0])
    assert 100_000 < n_satellite < 1_000_000
    smaller = RunSize(**{**DAY.__dict__, "n_satellite": n_satellite})
    refused(predict(smaller, bytes_per_satellite=4000.0), folder=Path("out"))


def test_full_disk_is_refused(monkeypatch):
    monkeypatch.setattr(footprint, "free_disk", lambda _: Limit(10_000_000, "the disk of out"))
    with pytest.raises(WontFitError, match=r"the disk of out leaves 9\.5 MB"):
        refused(predict(DAY, bytes_per_satellite=0.0), folder=Path("out"))


@pytest.mark.usefixtures("roomy")
def test_year_in_memory_is_sent_to_a_folder():
    size = RunSize(**{**YEAR_OF_SECONDS.__dict__, "n_sample": 256})
    with pytest.raises(WontFitError, match="give an output folder"):
        refused(predict(size, bytes_per_satellite=0.0, to_folder=False), folder=None)


def test_noise_takes_little_more_than_predicted_of_disk(tmp_path, monkeypatch):
    # Numbers by chance compress worst: to 0.87 of their bytes. With that, headers and shards must make up the rest.
    for kind in footprint.SHARE:
        monkeypatch.setitem(footprint.SHARE, kind, 0.87)
    axes = recorded.coordinates(n_satellite=3000, n_window=60, n_shell=20, n_sample=8)
    with recorded.record(axes, recorded.arrays(axes), prepare_folder(tmp_path)) as results:
        predicted = predict(size_of(results.dataset), bytes_per_satellite=0.0).disk_bytes
    written = sum(path.stat().st_size for path in tmp_path.rglob("*.h5"))
    assert written == pytest.approx(predicted, rel=0.1)
