"""Kills the whole program while it hears, and prints what each next start made of it.

`python3 dev.py bench speech_kills [--kills 20] [--seed 1]`: inside a window, around its commit, in the listening
pass, while the model loads, and between telling and acknowledgement.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.kills.speech_trial import SpeechTrial


def table(folder: Path, kills: int, seed: int) -> int:
    """One line for each kill; the number of kills after which something was wrong."""
    trial = SpeechTrial(folder)
    trial.prepare()
    sys.stdout.write(f"undisturbed: {trial.windows} windows\n")
    sys.stdout.write("kill  windows kept  heard again  words  where\n")
    done = bad = 0
    for moment in trial.moments(kills * 2, seed):
        if done == kills:
            break
        verdict = trial.kill(moment)
        if not verdict.was_killed:
            continue
        done += 1
        is_good = verdict.is_same and verdict.status == 0 and verdict.again <= 2
        bad += not is_good
        words = "same" if verdict.is_same else "OTHER"
        after = "" if moment.after_s is None else f", {moment.after_s:.2f} s behind it"
        sys.stdout.write(
            f"{done:>4}  {verdict.kept_before:>12}  {verdict.again:>11}  {words:<5}"
            f"  {moment.what} ({moment.place}:{moment.visit}{after})\n"
        )
        sys.stdout.flush()
    sys.stdout.write(f"{done - bad} of {done} kills: same words, at most two windows heard again\n")
    return bad + (done < kills)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vodstudio-speech-kills-") as name:
        bad = table(Path(name), arguments.kills, arguments.seed)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
