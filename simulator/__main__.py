"""``python -m simulator --to DIR``: write the exports of a simulated company."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from simulator.world.period import DEFAULT_END
from simulator.writing import write_company


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="Write the exports of a simulated company."
    )
    parser.add_argument("--to", type=Path, required=True, help="folder for the exports, such as HOME/inbox")
    parser.add_argument("--truth", type=Path, help="folder for the truth behind them; keep it out of the home")
    parser.add_argument("--people", type=int, default=400, help="headcount on the eve (default: %(default)s)")
    parser.add_argument("--months", type=int, default=18, help="whole months of history (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same bytes (default: %(default)s)")
    parser.add_argument(
        "--end", type=date.fromisoformat, default=DEFAULT_END, help="last day, a month's end (default: %(default)s)"
    )
    asked = parser.parse_args()
    try:
        written = write_company(asked.to, asked.truth, asked.people, asked.months, asked.seed, asked.end)
    except ValueError as error:
        parser.error(str(error))
    for tool in sorted({file.path.parts[0] for file in written.files}):
        files = sum(file.path.parts[0] == tool for file in written.files)
        print(f"{tool:8} {files:4} files {written.count('records', tool):8,} records")
    print(f"{written.size / 1e6:.1f} MB in {asked.to}")


if __name__ == "__main__":
    main()
