"""Machine code kept on disk, each piece under seal: what is damaged, foreign or unreadable is compiled anew.

Files lie in the private folder of `_jit`. A file holds the SHA-256 of the rest, then the rest: what it was made from,
and the code. It is read only if it is a plain file of this user that nobody else can write, and unpickled only if the
sum is right. One file a function and signature, named by both: no index that two processes could spoil for each other.
"""

import contextlib
import hashlib
import os
import pickle
import stat
import uuid

from numba.core.caching import FunctionCache
from numba.core.serialize import dumps

SUM_BYTES = 32
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def sealed(content):
    """Return bytes with their SHA-256 before them."""
    return hashlib.sha256(content).digest() + content


def unsealed(content):
    """Return what `sealed` was given, None if it is not that any more."""
    if len(content) < SUM_BYTES or hashlib.sha256(content[SUM_BYTES:]).digest() != content[:SUM_BYTES]:
        return None
    return content[SUM_BYTES:]


def read_own(path):
    """Return the bytes of a plain file that belongs to this user, and that nobody else can write; else None."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(number, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & OTHERS_WRITE:
                return None
            return file.read()
    except OSError:
        return None


class SealedFiles:
    """The files of one function, in the place of numba's index and data files."""

    def __init__(self, folder, base, stamp):
        self._folder, self._base, self._stamp = folder, base, stamp

    def path(self, key):
        """Return the path of the code of a signature."""
        name = hashlib.sha256(repr((self._stamp, key)).encode()).hexdigest()[:24]
        return os.path.join(self._folder, f"{self._base}.{name}.code")

    def load(self, key):
        """Return the code of a signature, None if there is none that can be trusted."""
        content = read_own(self.path(key))
        content = None if content is None else unsealed(content)
        if content is None:
            return None
        made_from, code = pickle.loads(content)
        return code if made_from == (self._stamp, key) else None

    def save(self, key, code):
        """Keep the code of a signature: written to a file of its own, then renamed."""
        path = self.path(key)
        part = f"{path}.{uuid.uuid4().hex[:16]}"
        try:
            with open(part, "xb") as file:
                file.write(sealed(dumps(((self._stamp, key), code))))
            os.chmod(part, 0o600)
            os.replace(part, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise

    def flush(self):
        """Do nothing: files of other signatures are other files."""


class SealedCache(FunctionCache):
    """What numba asks for kept code, and gives it to: a full or unwritable disk costs the keeping, never the run."""

    def __init__(self, function):
        super().__init__(function)
        self._cache_file = SealedFiles(
            self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp()
        )

    def save_overload(self, sig, data):
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)
