"""Getting a group of element sets from CelesTrak, or from another address that answers the same query.

Politely: one request that names this program, and a copy that is kept. An address that has answered, whatever it said,
is not asked again for two hours: CelesTrak makes its sets anew no sooner, and shuts out whoever asks more often. An
answer is kept only if the readers of element sets take all of it, and a file is replaced whole or not at all.
"""

import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from ..errors import FetchError, Problem, ScenarioError
from .download import NoAnswer, UselessAnswer, ask, beginning
from .elements import ElementSet, read_text
from .omm import looks_like_omm, read_omm
from .tle import read_tle

CELESTRAK = "https://celestrak.org/NORAD/elements/gp.php"
FORMS = ("csv", "json", "xml", "kvn", "tle")  # CelesTrak's names; csv is the shortest that holds every number
REST_S = 7200.0  # CelesTrak makes its sets anew every two hours


@dataclass(frozen=True)
class Fetched:
    """A file of element sets, whence and when it came; `asked` is false where a kept copy was young enough."""

    path: Path
    address: str
    given: datetime
    asked: bool
    sets: list[ElementSet]

    @property
    def age_s(self) -> float:
        """Time since the address gave the file [s]."""
        return (datetime.now(UTC) - self.given).total_seconds()


def fetch_group(
    group: str,
    *,
    base: str = CELESTRAK,
    form: str = "csv",
    output: Path | None = None,
    overwrite: bool = False,
    max_age_s: float = REST_S,
) -> Fetched:
    """Return the element sets of a group, in `output` or else in the cache folder.

    Parameters
    ----------
    group : str
        CelesTrak's name, such as "starlink".
    base : str
        Address that takes `GROUP=` and `FORMAT=` as CelesTrak's gp.php does.
    form : str
        One of `FORMS`.
    output : Path
        A file to write besides; one that stands there is refused unless `overwrite`.
    max_age_s : float
        A copy as old as this is taken without asking [s]; at least two hours.

    Raises
    ------
    ScenarioError
        If an argument cannot be.
    FetchError
        If the address gave nothing that can be used, or has answered within two hours.
    """
    address = group_address(group, base, form)
    _check_output(output, overwrite)
    if not max_age_s >= REST_S:
        raise ScenarioError(Problem(f"{max_age_s:g} s", "max-age", limit=f"at least {REST_S:g} s"))
    copy = _Copy(cache_folder(), address, group, form)
    fetched = copy.kept()
    if fetched is None or fetched.age_s > max_age_s:
        copy.check_rest(fetched)
        try:
            fetched = copy.renew(fetched)
        except OSError as error:
            raise FetchError(f"{copy.path}: the copy cannot be written ({error.strerror}); make room") from error
    if output is None:
        return fetched
    try:
        write_whole(output, fetched.path.read_bytes())
    except OSError as error:
        raise FetchError(f"{output}: it cannot be written ({error.strerror}); name another file") from error
    return Fetched(output, fetched.address, fetched.given, fetched.asked, fetched.sets)


def group_address(group: str, base: str, form: str) -> str:
    """Return the address that is asked for a group.

    Raises
    ------
    ScenarioError
        If the group, the form or the base address is none.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", group):
        raise ScenarioError(Problem(f"{group!r} is no group's name", "group", group, cure="take one such as starlink"))
    if form not in FORMS:
        raise ScenarioError(Problem(f"{form!r} is not known", "form", form, cure="take one of " + ", ".join(FORMS)))
    try:
        parts = urlsplit(base)
        right = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        right = False
    if not right or not base.isascii() or re.search(r"[\s\x00-\x1f\x7f]", base):
        cure = "give one that begins with https:// or http://"
        raise ScenarioError(Problem(f"{base!r} is no address", "from", base, cure=cure))
    query = "&".join(filter(None, [parts.query, urlencode({"GROUP": group, "FORMAT": form})]))
    return parts._replace(query=query, fragment="").geturl()


def cache_folder() -> Path:
    """Return the folder of kept copies, made if need be.

    Raises
    ------
    FetchError
        If it cannot be had: without it nothing would hold us back from asking too often.
    """
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = base / "orbital-compute" / "elements"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        cure = "set XDG_CACHE_HOME to a folder that can be written"
        raise FetchError(f"the cache folder cannot be made ({error}); {cure}") from error
    return folder


class _Copy:
    """What the cache folder holds of one address: the last good answer, and when the address last answered."""

    def __init__(self, folder: Path, address: str, group: str, form: str):
        name = f"{group}-{hashlib.sha256(address.encode()).hexdigest()[:12]}"
        self.address = address
        self.path, self.record_path = folder / f"{name}.{form}", folder / f"{name}.record.json"

    def _date(self, key: str) -> datetime | None:
        """Return a date of the record; None where there is none, or it lies in the future."""
        try:
            date = datetime.fromisoformat(json.loads(self.record_path.read_text(encoding="utf-8"))[key])
            return date if date <= datetime.now(UTC) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _note(self, **dates: datetime | None) -> None:
        text = json.dumps({"address": self.address} | {key: date and date.isoformat() for key, date in dates.items()})
        write_whole(self.record_path, text.encode())

    def kept(self) -> Fetched | None:
        """Return the copy, None where there is none that can be read."""
        given = self._date("given")
        if given is None:
            return None
        try:
            return Fetched(self.path, self.address, given, False, read_sets(self.path))
        except ScenarioError:
            return None

    def check_rest(self, kept: Fetched | None) -> None:
        """Raise if the address answered within the last two hours."""
        answered = self._date("answered")
        if answered is None or (kept is None and self._date("given") == answered):  # nothing is left of a good answer
            return
        left_s = REST_S - (datetime.now(UTC) - answered).total_seconds()
        if left_s > 0:
            raise FetchError(
                f"{self.address}: it answered at {answered:%H:%M} UTC without giving element sets, and is not asked "
                f"again for two hours; try in {left_s / 60:.0f} min{_stands(kept)}"
            )

    def renew(self, kept: Fetched | None) -> Fetched:
        """Ask once, and keep what came if it can be read."""
        earlier = None if kept is None else kept.given
        try:
            answer = ask(self.address)
        except NoAnswer as error:
            raise FetchError(f"{self.address}: {error}{_stands(kept)}") from error
        except UselessAnswer as error:
            self._note(answered=datetime.now(UTC), given=earlier)
            raise FetchError(f"{self.address}: {error}{_stands(kept)}") from error
        now = datetime.now(UTC)
        self._note(answered=now, given=earlier)
        part = _part(self.path, answer)
        try:
            sets = read_sets(part)
        except ScenarioError as error:
            part.unlink()
            what = error.problems[0].what
            raise FetchError(
                f"{self.address}: the answer is no file of element sets ({what}); it begins {beginning(answer)} and "
                f"was not kept{_stands(kept)}"
            ) from error
        os.replace(part, self.path)
        self._note(answered=now, given=now)
        return Fetched(self.path, self.address, now, True, sets)


def read_sets(path: Path) -> list[ElementSet]:
    """Return the element sets of a file, whichever form it has.

    Raises
    ------
    ScenarioError
        With every fault.
    """
    return read_omm(path) if looks_like_omm(read_text(path)) else read_tle(path)


def _part(path: Path, content: bytes) -> Path:
    """Write content beside `path`, under a name of its own, to the disk; return that name."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen in part, with the rights that a new file has."""
    part = _part(path, content)
    mask = os.umask(0)
    os.umask(mask)
    try:
        part.chmod(0o666 & ~mask)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _check_output(output: Path | None, overwrite: bool) -> None:
    """Raise if a file could not be written, before anybody is asked."""
    if output is None:
        return
    what, cure = "", "name another file"
    if output.is_dir():
        what = "a folder stands there"
    elif output.exists() and not overwrite:
        what, cure = "a file stands there already", "name another, or allow overwriting (--overwrite)"
    elif not os.access(output.parent, os.W_OK):
        what = "its folder is not there or cannot be written"
    if what:
        raise ScenarioError(Problem(what, source=str(output), cure=cure))


def _stands(kept: Fetched | None) -> str:
    """Return where an older copy stands, as the end of a sentence."""
    return f"; the copy of {kept.given:%Y-%m-%d %H:%M} UTC stands at {kept.path}" if kept else ""
