"""Fetching element sets, against a server of our own on loopback."""

import io
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import orbital_compute as oc
from orbital_compute.errors import FetchError, ScenarioError
from orbital_compute.model import download, fetch

# Vanguard 1, from Spacetrack Report 3's verification set
TLE = """\
VANGUARD 1
1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753
2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667
"""
CSV = """\
OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,\
EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT
ONE,2026-001A,2026-06-20T12:00:00.000000,15.05,.0001,53.05,10.5,90,270,0,U,340001,999,1,.0001,.00001,0
TWO,2026-001B,2026-06-20T13:00:00.000000,15.05,.0001,53.05,20.5,90,270,0,U,340002,999,1,.0001,.00001,0
"""


class Answers(BaseHTTPRequestHandler):
    """Answer by the first part of the path; note every request."""

    def do_GET(self):
        server = self.server
        server.seen.append((self.path, self.headers["User-Agent"]))
        kind = self.path.split("/")[1].partition("?")[0]
        if kind == "silent":
            server.released.wait(10)
        elif kind == "moved":
            self.send_response(301)
            self.send_header("Location", "/csv?" + self.path.partition("?")[2])
            self.end_headers()
        elif kind in ("elsewhere", "round"):
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1/x" if kind == "elsewhere" else self.path)
            self.end_headers()
        elif kind == "endless":
            self.send_response(200)
            self.end_headers()
            for _ in range(64):
                self.wfile.write(b"1" * 65536)
        else:
            self.answer(kind)

    def answer(self, kind):
        body = {"csv": CSV, "tle": TLE, "missing": "no such\n page", "short": CSV}.get(
            kind, 'Invalid query: "GROUP=x"\n'
        )
        if self.server.broken:
            body = "\x00\xff<html>\nbusy"
        self.send_response(404 if kind == "missing" else 200)
        self.send_header("Content-Length", str(len(body) + 100 * (kind == "short")))
        self.end_headers()
        self.wfile.write(body.encode("latin-1"))

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.seen, server.broken, server.released = [], False, threading.Event()
        server.base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.released.set()
        server.shutdown()


def files_in_cache() -> list[str]:
    return sorted(path.name for path in fetch.cache_folder().iterdir())


def make_older(hours: float) -> None:
    """Set the dates of all records back."""
    for path in fetch.cache_folder().glob("*.record.json"):
        record = json.loads(path.read_text())
        for key in ("answered", "given"):
            if record[key]:
                record[key] = (datetime.fromisoformat(record[key]) - timedelta(hours=hours)).isoformat()
        path.write_text(json.dumps(record))


def test_a_group_is_asked_for_once_by_name_and_kept(server, tmp_path):
    out = tmp_path / "one.csv"
    first = fetch.fetch_group("starlink", base=server.base + "/csv", output=out)
    assert server.seen == [("/csv?GROUP=starlink&FORMAT=csv", f"orbital-compute-sim/{oc.__version__}")]
    assert (first.path, first.asked, len(first.sets)) == (out, True, 2)
    assert out.read_text() == CSV
    fleet = oc.Constellation.from_omm(out, start=datetime(2026, 6, 21, tzinfo=UTC))
    assert fleet.catalog_number.tolist() == [340001, 340002]
    again = fetch.fetch_group("starlink", base=server.base + "/csv")
    assert (again.asked, again.given) == (False, first.given)
    assert again.path.read_text() == CSV
    assert len(server.seen) == 1
    fetch.fetch_group("oneweb", base=server.base + "/csv?KEY=7", form="tle")  # another address
    assert server.seen[1][0] == "/csv?KEY=7&GROUP=oneweb&FORMAT=tle"
    assert not [name for name in files_in_cache() if name.endswith(".part")]


def test_a_copy_past_its_age_is_renewed(server):
    base = server.base + "/tle"
    kept = fetch.fetch_group("one", base=base, form="tle")
    assert [item.catalog_number for item in kept.sets] == [5]
    make_older(5)
    assert not fetch.fetch_group("one", base=base, form="tle", max_age_s=6 * 3600).asked
    assert fetch.fetch_group("one", base=base, form="tle", max_age_s=4 * 3600).asked
    assert len(server.seen) == 2
    kept.path.write_text("torn")  # a copy that cannot be read is none
    assert fetch.fetch_group("one", base=base, form="tle").asked
    assert kept.path.read_text() == TLE


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "the answer was 404 'Not Found': 'no such page'"),
        ("garbage", r"is no file of element sets \(no element set is in the file\); it begins 'Invalid query"),
        ("endless", "larger than 1 MiB"),
        ("short", "broke off, 100 bytes short"),
        ("elsewhere", "sends on to 'ftp://127.0.0.1/x', where we do not go"),
        ("round", "the answer was 302"),
    ],
)
def test_a_useless_answer_is_said_not_kept_and_not_asked_for_again(server, monkeypatch, kind, says):
    monkeypatch.setattr(download, "LARGEST_BYTES", 2**20)
    base = f"{server.base}/{kind}"
    with pytest.raises(FetchError, match=says) as caught:
        fetch.fetch_group("x", base=base)
    assert "\n" not in str(caught.value)
    assert [name.endswith(".record.json") for name in files_in_cache()] == [True]
    asked = len(server.seen)
    with pytest.raises(FetchError, match="not asked again for two hours; try in 120 min"):
        fetch.fetch_group("x", base=base)
    assert len(server.seen) == asked
    make_older(2.1)
    with pytest.raises(FetchError, match=says):
        fetch.fetch_group("x", base=base)


def test_a_file_that_has_moved_is_followed(server):
    found = fetch.fetch_group("x", base=server.base + "/moved")
    assert len(found.sets) == 2
    assert [path for path, _ in server.seen] == ["/moved?GROUP=x&FORMAT=csv", "/csv?GROUP=x&FORMAT=csv"]


def test_silence_and_a_closed_door_are_said_and_may_be_tried_again(server, monkeypatch):
    monkeypatch.setattr(download, "SILENCE_S", 0.2)
    for _ in range(2):
        with pytest.raises(FetchError, match=r"no answer within 0\.2 s; try later"):
            fetch.fetch_group("x", base=server.base + "/silent")
    assert len(server.seen) == 2
    server.released.set()
    with pytest.raises(FetchError, match=r"no answer \(Connection refused\)"):
        fetch.fetch_group("x", base="http://127.0.0.1:9")  # the port of `discard`, where nobody listens


def test_an_answer_that_drips_is_given_up(server, monkeypatch):
    monkeypatch.setattr(download, "WHOLE_S", 0.0)
    with pytest.raises(FetchError, match="took more than 0 s"):
        fetch.fetch_group("x", base=server.base + "/csv")


def test_a_bad_answer_leaves_the_older_copy_and_names_it(server, tmp_path):
    out, base = tmp_path / "one.csv", server.base + "/csv"
    fetch.fetch_group("x", base=base, output=out)
    make_older(3)
    server.broken = True
    with pytest.raises(
        FetchError, match=r"holds characters that are not ASCII.*the copy of .* UTC stands at"
    ) as caught:
        fetch.fetch_group("x", base=base, output=out, overwrite=True)
    assert Path(str(caught.value).rpartition(" stands at ")[2]).read_text() == CSV
    assert out.read_text() == CSV
    with pytest.raises(FetchError, match="not asked again"):
        fetch.fetch_group("x", base=base)
    assert not fetch.fetch_group("x", base=base, max_age_s=86400.0).asked


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"group": "../x"}, "is no group's name"),
        ({"group": ""}, "is no group's name"),
        ({"base": "file:///x"}, "is no address"),
        ({"base": "http://"}, "is no address"),
        ({"base": "http://127.0.0.1:99999/"}, "is no address"),
        ({"base": "http://127.0.0.1/a b"}, "is no address"),
        ({"form": "html"}, "take one of csv"),
        ({"max_age_s": 60.0}, "at least 7200 s"),
        ({"max_age_s": float("nan")}, "at least 7200 s"),
        ({"output": Path(__file__)}, "a file stands there already"),
        ({"output": Path(__file__).parent}, "a folder stands there"),
        ({"output": Path(__file__).parent / "none" / "x"}, "its folder is not there"),
    ],
)
def test_wrong_arguments_are_refused_before_anybody_is_asked(server, arguments, says):
    with pytest.raises(ScenarioError, match=says):
        fetch.fetch_group(**{"group": "x", "base": server.base + "/csv", **arguments})
    assert server.seen == []


def test_without_a_cache_nobody_is_asked(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(FetchError, match="set XDG_CACHE_HOME"):
        fetch.fetch_group("x", base=server.base + "/csv")
    assert server.seen == []


def test_celestrak_is_asked_as_it_wishes():
    address = fetch.group_address("starlink", fetch.CELESTRAK, "csv")
    assert address == "https://celestrak.org/NORAD/elements/gp.php?GROUP=starlink&FORMAT=csv"


def test_a_sealed_address_never_leads_to_an_open_one():
    request = download.urllib.request.Request("https://127.0.0.1/x")
    with pytest.raises(download.UselessAnswer, match="where we do not go"):
        download._Redirects().redirect_request(request, io.BytesIO(), 302, "Found", {}, "http://127.0.0.1/x")
