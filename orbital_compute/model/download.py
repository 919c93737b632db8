"""One request to an address of the web, within limits of size and time, and plain words for what may go wrong."""

import contextlib
import http.client
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from .._version import __version__

USER_AGENT = f"orbital-compute-sim/{__version__}"
SILENCE_S = 30.0  # how long an address may say nothing
WHOLE_S = 300.0  # and how long the whole answer may take
LARGEST_BYTES = 64 * 2**20  # 300,000 element sets as CSV
PIECE_BYTES = 65536


class NoAnswer(Exception):
    """Nobody answered; the message is the rest of a sentence that begins with the address."""


class UselessAnswer(Exception):
    """Somebody answered, and it was no file; the message as above."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow to another place of the web, never from a sealed address to an open one."""

    max_redirections = 3

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        old, new = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if new not in ("http", "https") or (old == "https" and new == "http"):
            fp.close()
            raise UselessAnswer(f"it sends on to {beginning(newurl.encode())}, where we do not go")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def ask(address: str) -> bytes:
    """Return what an address answers to one request.

    Raises
    ------
    NoAnswer, UselessAnswer
    """
    request = urllib.request.Request(address, headers={"User-Agent": USER_AGENT})
    opener = urllib.request.build_opener(_Redirects)
    try:
        with opener.open(request, timeout=SILENCE_S) as answer:
            return _whole(answer)
    except urllib.error.HTTPError as error:
        with error:
            said = beginning(str(error.reason).encode())
            with contextlib.suppress(OSError, http.client.HTTPException):
                said = f"{said}: {beginning(error.read1(PIECE_BYTES))}"
        raise UselessAnswer(f"the answer was {error.code} {said}") from error
    except TimeoutError as error:
        raise NoAnswer(f"no answer within {SILENCE_S:g} s; try later") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise NoAnswer(f"no answer within {SILENCE_S:g} s; try later") from error
        reason = getattr(error.reason, "strerror", None) or error.reason
        cure = "see that it can be reached from here, or name another address (--from)"
        raise NoAnswer(f"no answer ({reason}); {cure}") from error
    except (OSError, http.client.HTTPException) as error:
        raise UselessAnswer(f"the answer broke off ({str(error) or type(error).__name__})") from error


def _whole(answer: http.client.HTTPResponse) -> bytes:
    """Return a whole answer, within its limits of size and time."""
    pieces, size, end_s = [], 0, time.monotonic() + WHOLE_S
    while piece := answer.read1(PIECE_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_BYTES:
            raise UselessAnswer(f"the answer is larger than {LARGEST_BYTES / 2**20:g} MiB")
        if time.monotonic() > end_s:
            raise UselessAnswer(f"the answer took more than {WHOLE_S:g} s")
    if answer.length:
        raise UselessAnswer(f"the answer broke off, {answer.length} bytes short")
    return b"".join(pieces)


def beginning(content: bytes) -> str:
    """Return the first words of an answer, on one line and printable."""
    text = " ".join(content[:400].decode("ascii", "replace").split())[:60]
    return repr("".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text))
