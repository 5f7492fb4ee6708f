"""Kills the whole program at random moments of the demo and prints what each next start made of it.

`python3 dev.py bench kills [--kills 30] [--seed 1]`. The moments are spread over an undisturbed run of the same
demo; its outputs (by SHA-256), its shows and its objects on the practice server are what each trial must reach.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.kills.trial import Outcome, Trial, Verdict, kill_and_finish


def undisturbed(folder: Path) -> tuple[Outcome, float]:
    """What one run gives that nobody disturbs, and how long it takes here."""
    trial = Trial(home=folder / "undisturbed")
    trial.prepare()
    if trial.finish() != 0:
        raise SystemExit(f"the demo itself failed: {trial.where()}")
    return trial.outcome(), trial.lasted_s


def trials(folder: Path, kills: int, seed: int) -> int:
    """The table; the number of trials in which something was wrong."""
    expected, lasts_s = undisturbed(folder)
    sys.stdout.write(f"undisturbed: {lasts_s:.1f} s, {len(expected.outputs)} files, shows {expected.shows}\n")
    sys.stdout.write(f"{'kill':>4} {'after':>7}  {'finished in':>11}  result  it had said last\n")
    moments, done, bad = random.Random(seed), 0, 0
    while done < kills:
        trial = Trial(home=folder / "trial")
        trial.prepare()
        verdict = kill_and_finish(trial, expected, moments.uniform(0.0, lasts_s))
        if verdict.was_killed:
            done += 1
            bad += bool(verdict.wrong)
            sys.stdout.write(line(done, verdict))
            sys.stdout.flush()
        if verdict.wrong:
            shutil.copytree(trial.home, folder.parent / f"{folder.name}-wrong-{done}", dirs_exist_ok=True)
        shutil.rmtree(trial.home)
    sys.stdout.write(
        f"{kills - bad} of {kills} kills: same outputs, one show for each plan, no orphan, no part\n"
    )
    return bad


def line(number: int, verdict: Verdict) -> str:
    """One kill in the table."""
    result = "WRONG" if verdict.wrong else "same"
    text = f"{number:>4} {verdict.after_s:>6.2f}s  {verdict.finish_s:>10.1f}s  {result:<6}  {verdict.where}\n"
    return text + "".join(f"        {wrong}\n" for wrong in verdict.wrong)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vodstudio-kills-") as name:
        bad = trials(Path(name), arguments.kills, arguments.seed)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
