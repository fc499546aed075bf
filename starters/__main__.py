"""`python -m starters`, which is what `./casework` runs."""

from starters.cli.app import main

if __name__ == "__main__":
    main()
