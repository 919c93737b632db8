"""Print the four numbers of small seeded cases: perfect foresight, certified bound, ours, greedy (MODEL §7.2).

python benchmarks/foresight.py [first seed] [number of cases]
"""

import sys

from orbital_compute.study.foresight import as_text, four_numbers


def main() -> None:
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    numbers = []
    for seed in range(first, first + count):
        numbers.append(four_numbers(seed))
        print(as_text(numbers[-1:]).splitlines()[1], flush=True)
    print("\n".join(as_text(numbers).splitlines()[-2:]))


if __name__ == "__main__":
    main()
