"""`python -m orbital_compute` is the command `orbital-compute`."""

from .cli import main

if __name__ == "__main__":
    main()
