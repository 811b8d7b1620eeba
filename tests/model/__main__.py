"""The long form: `python -m tests.model --examples 3000 --seed 7`."""

import argparse
import json
import time

from tests.model.run import run


def main() -> None:
    """Live through many towns, and print what was done as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--examples", type=int, default=1_000, help="how many towns")
    parser.add_argument("--seed", type=int, default=1, help="what they are drawn from")
    asked = parser.parse_args()
    began = time.monotonic()
    run(examples=asked.examples, seed=asked.seed)
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"examples": asked.examples, "seed": asked.seed, "seconds": seconds}))


if __name__ == "__main__":
    main()
