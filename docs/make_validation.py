"""Write docs/validation.md and its figures: every reference case, ours beside the reference.

    python docs/make_validation.py                                  all cases that are found
    python docs/make_validation.py --shipped --output build/page    only those of tests/reference, elsewhere

Ends with 1 if a case is out of tolerance.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from validation import families, page, page_figures  # noqa: E402
from validation.cases import BESIDE, SHIPPED, line, read_cases  # noqa: E402

assert families  # importing them enters them


def main() -> int:
    """Write the page; return 1 if a case is out of tolerance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shipped", action="store_true", help="leave out the cases beside the project")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", help="folder of the page")
    options = parser.parse_args()
    cases = read_cases(SHIPPED) + ([] if options.shipped else read_cases(BESIDE))
    images = options.output / "images"
    images.mkdir(parents=True, exist_ok=True)
    found = page.all_outcomes(cases)
    seen = [
        ("images/validation_tracks.png", page_figures.tracks(cases, images / "validation_tracks.png")),
        ("images/validation_eclipses.png", page_figures.edges(cases, images / "validation_eclipses.png")),
        ("images/validation_heat.png", page_figures.temperatures(found, images / "validation_heat.png")),
    ]
    page.save(options.output / "validation.md", page.written(found, seen))
    failed = page.out_of_tolerance(found)
    for outcome in failed:
        print(line(outcome), file=sys.stderr)
    print(f"{len(found)} cases, {len(failed)} out of tolerance: {options.output / 'validation.md'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
