"""Whether two result folders hold the same bits."""

import filecmp
from pathlib import Path


def files(folder):
    """Return the files of a folder, relative to it."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def assert_same_bits(folder, whole):
    """The same files, and all but the manifest, which has times of day, the same bytes."""
    assert files(folder) == files(whole)
    differing = [path for path in files(whole) if not filecmp.cmp(folder / path, whole / path, shallow=False)]
    assert differing == [Path("manifest.json")]
