"""The speech step beside plain faster-whisper: CPU, memory, first words, equal words, and what remedies give.

`python3 dev.py bench speech [--parts …] [--lengths MINUTES …] [--rounds N] [--meetings DIR] [--tiny MODEL]`; both
sides use the demo voice, int8, one thread, beam 5, in interleaved pairs of fresh processes. Meetings are made once
and kept in DIR; the small things are the default, the long ones come with `--lengths` and their parts.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.speech_runs import PIECES, Run, Wish, ours, plain
from tests.bench.speech_sounds import QUIET, error_rate, meeting, quiet, spoken

NEW_SEEDS = (41, 42, 43)
_SLOTS = (1, 2, 4, 8)


def pairs(options: argparse.Namespace) -> None:
    """CPU, memory and words of both engines, medians of interleaved pairs."""
    _say(
        "   meeting  engine      CPU s ours   plain  ratio  MiB ours, children together   plain  ratio  words equal"
    )
    for length in options.lengths:
        for engine in options.engines:
            recording = meeting(length, options.meetings)
            wish = Wish(recording=recording, engine=engine, pieces=options.pieces)
            runs = [(ours(wish), plain(wish)) for _ in range(options.rounds)]
            cpu, peak = _medians(runs, "cpu_s"), _medians(runs, "peak_mib")
            equal = all(one.words == other.words_by(one.marks) for one, other in runs)
            _say(
                f"{length:>6} min  {engine:<10}  {cpu[0]:>10.1f} {cpu[1]:>7.1f} {cpu[0] / cpu[1]:>6.2f}"
                f"  {peak[0]:>27.0f} {peak[1]:>7.0f} {peak[0] / peak[1]:>6.2f}"
                f"  {'yes' if equal else 'NO'} ({len(runs[0][0].words)}), {options.rounds} pairs"
            )


def memory(options: argparse.Namespace) -> None:
    """Ours alone, as long as it may be: memory must not grow."""
    _say("   meeting  engine      MiB, children together  beside the shortest  CPU s   words")
    for engine in options.engines:
        shortest = 0.0
        for length in options.lengths:
            recording = meeting(length, options.meetings)
            run = ours(Wish(recording=recording, engine=engine, pieces=options.pieces))
            shortest = shortest or run.peak_mib
            _say(
                f"{length:>6} min  {engine:<10}  {run.peak_mib:>22.0f}  {run.peak_mib / shortest:>19.2f}"
                f"  {run.cpu_s:>5.0f}  {len(run.words):>6}"
            )


def first(options: argparse.Namespace) -> None:
    """CPU and memory until the first words of a file, in batches; then both stop."""
    _say("   meeting  CPU s until the first words, ours   plain   ratio  MiB ours   plain  ratio")
    for length in options.lengths:
        wish = Wish(recording=meeting(length, options.meetings), engine="batched", first_only=True)
        one, other = ours(wish), plain(wish)
        _say(
            f"{length:>6} min  {one.first_cpu_s:>34.1f} {other.first_cpu_s:>7.1f}"
            f"  1/{other.first_cpu_s / one.first_cpu_s:<4.0f} {one.peak_mib:>9.0f} {other.peak_mib:>7.0f}"
            f"  1/{other.peak_mib / one.peak_mib:.1f}"
        )


def slots(options: argparse.Namespace) -> None:
    """Memory of a model of the tiny shape, in windows and for each piece that is heard at once."""
    if options.tiny is None:
        _say("memory of a tiny model: left out, name one with --tiny FOLDER")
        return
    recording = meeting(10, options.meetings) if options.speech is None else options.speech
    wish = Wish(recording=recording, model=options.tiny)
    _say(f"tiny, in windows: {ours(wish).peak_mib:.0f} MiB, children together")
    before: float | None = None
    for pieces in _SLOTS:
        run = ours(dataclasses.replace(wish, engine="batched", pieces=pieces))
        more = (
            ""
            if before is None
            else f", {(run.peak_mib - before) / (pieces - pieces // 2):.0f} for each more"
        )
        _say(f"tiny, {pieces} pieces at once: {run.peak_mib:.0f} MiB, children together{more}")
        before = run.peak_mib


def seeds(options: argparse.Namespace) -> None:
    """Three meetings that nobody has heard, remedies on."""
    _say("   seed  engine      word errors ours   plain")
    for seed in options.seeds:
        recording = spoken(options.meetings / f"seed{seed}.mp4", minutes=3, seed=seed)
        for engine in options.engines:
            wish = Wish(recording=recording, engine=engine)
            both = ours(dataclasses.replace(wish, remedies=True)), plain(wish)
            rates = [error_rate(recording, [text for _, _, text in run.words]) for run in both]
            _say(f"{seed:>7}  {engine:<10}  {rates[0]:>16.1%} {rates[1]:>7.1%}")


def nobody(options: argparse.Namespace) -> None:
    """Ten minutes in which nobody speaks."""
    _say("10 minutes of  engine      words ours   plain")
    for name in QUIET:
        recording = quiet(name, 10, options.meetings)
        for engine in options.engines:
            wish = Wish(recording=recording, engine=engine)
            both = ours(dataclasses.replace(wish, remedies=True)), plain(wish)
            _say(f"{name:<13}  {engine:<10}  {len(both[0].words):>10} {len(both[1].words):>7}")


def _medians(runs: Sequence[tuple[Run, Run]], what: str) -> list[float]:
    return [statistics.median(getattr(run, what) for run in side) for side in zip(*runs, strict=True)]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "pairs": pairs,
    "memory": memory,
    "first": first,
    "slots": slots,
    "seeds": seeds,
    "nobody": nobody,
}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=["pairs", "seeds", "nobody"])
    parser.add_argument("--lengths", nargs="+", type=int, default=[10])
    parser.add_argument("--engines", nargs="+", default=["sequential", "batched"])
    parser.add_argument("--seeds", nargs="+", type=int, default=list(NEW_SEEDS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pieces", type=int, default=PIECES, help="heard at once, in batches")
    parser.add_argument("--meetings", type=Path, default=Path(tempfile.gettempdir()) / "vodstudio-meetings")
    parser.add_argument("--tiny", type=Path, help="a folder with a real model of the tiny shape")
    parser.add_argument("--speech", type=Path, help="a recording for that model")
    options = parser.parse_args()
    options.meetings.mkdir(parents=True, exist_ok=True)
    for part in options.parts:
        PARTS[part](options)


if __name__ == "__main__":
    main()
