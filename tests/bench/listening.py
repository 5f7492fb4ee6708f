"""The listening child beside the library's decoder and voice activity filter: memory, CPU and equal regions.

`python3 dev.py bench listening [MINUTES …] [--rounds N] [--plain-up-to MINUTES]`; the sample meeting is repeated to
the length that is wanted. Each side is a fresh process of its own, its numbers come from the system's account of it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.speech.fakes import MEETING, ROOT
from tests.speech.listening import as_the_library
from vodstudio.workers.conversation import ONE_THREAD_FOR_NUMPY
from vodstudio.workers.heap import heap_for
from vodstudio.workers.process import child_command
from vodstudio.workers.voice import VadSettings

PLAIN = """
import sys, json
from faster_whisper import decode_audio
from faster_whisper.vad import VadOptions, get_speech_timestamps
options = VadOptions(**json.loads(sys.argv[2]))
found = get_speech_timestamps(decode_audio(sys.argv[1]), options)
print(json.dumps([[region["start"], region["end"]] for region in found]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One side of a pair; `first_s` is the CPU before the first region was known."""

    cpu_s: float
    first_s: float
    peak_mib: float
    regions: list[list[int]]


def ours(recording: Path, folder: Path) -> Run:
    """The child as the step starts it, with the loudest feature that sequential hearing needs."""
    request = {
        "verb": "listen",
        "source": str(recording),
        "spool": str(folder / "speech.s16"),
        "vad": asdict(VadSettings()),
        "mels": 80,
    }
    process = subprocess.Popen(
        child_command("speech"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **ONE_THREAD_FOR_NUMPY, **heap_for(request)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    first_s, answer = 0.0, dict[str, Any]()
    for line in process.stdout:
        answer = json.loads(line)
        if answer["event"] == "regions" and not first_s:
            spent = psutil.Process(process.pid).cpu_times()
            first_s = spent.user + spent.system
        if answer["event"] in ("listened", "error", "fault"):
            break
    process.stdin.write('{"verb": "bye"}\n')
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if "regions" not in answer:
        raise SystemExit(f"the listening child said {answer}")
    cpu_s = usage.ru_utime + usage.ru_stime
    return Run(cpu_s=cpu_s, first_s=first_s, peak_mib=usage.ru_maxrss / 1024, regions=answer["regions"])


def plain(recording: Path) -> Run:
    """`decode_audio` and `get_speech_timestamps` of the library, as `transcribe` calls them."""
    settings = json.dumps(as_the_library(VadSettings()))
    with tempfile.TemporaryFile() as out:
        argv = [sys.executable, "-c", PLAIN, str(recording), settings]
        process = subprocess.Popen(argv, cwd=ROOT, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if process.returncode != 0:
        raise SystemExit(f"the library ended with {process.returncode}")
    cpu_s = usage.ru_utime + usage.ru_stime
    return Run(cpu_s=cpu_s, first_s=cpu_s, peak_mib=usage.ru_maxrss / 1024, regions=json.loads(text))


def meeting(minutes: int, folder: Path) -> Path:
    """The sample meeting, repeated without decoding it."""
    path = folder / f"meeting-{minutes}.mkv"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "-1", "-i", str(MEETING)]
    subprocess.run([*command, "-t", str(60 * minutes), "-c", "copy", str(path)], check=True)
    return path


def table(minutes: list[int], rounds: int, plain_up_to: int) -> None:
    """Interleaved pairs, medians; the library alone is left out where it would need too much memory."""
    head = f"{'meeting':>8}  {'CPU s':>6} {'library':>7} {'ratio':>5}  {'first region, CPU s':>19}"
    sys.stdout.write(f"{head}  {'peak MiB':>8} {'library':>7} {'ratio':>5}  regions equal\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for length in minutes:
            recording = meeting(length, folder)
            mine, theirs = [], []
            for _ in range(rounds):
                mine.append(ours(recording, folder))
                theirs += [plain(recording)] if length <= plain_up_to else []
            sys.stdout.write(f"{length:>4} min  {_row(mine, theirs)}\n")
            sys.stdout.flush()
            recording.unlink()


def _row(mine: list[Run], theirs: list[Run]) -> str:
    cpu, first, peak = (
        statistics.median(getattr(run, name) for run in mine) for name in ("cpu_s", "first_s", "peak_mib")
    )
    if not theirs:
        return f"{cpu:>6.1f} {'-':>7} {'-':>5}  {first:>19.1f}  {peak:>8.0f} {'-':>7} {'-':>5}  -"
    other_cpu, other_peak = (
        statistics.median(getattr(run, name) for run in theirs) for name in ("cpu_s", "peak_mib")
    )
    are_equal = all(one.regions == other.regions for one, other in zip(mine, theirs, strict=True))
    return (
        f"{cpu:>6.1f} {other_cpu:>7.1f} {cpu / other_cpu:>5.2f}  {first:>19.1f}"
        f"  {peak:>8.0f} {other_peak:>7.0f} {peak / other_peak:>5.2f}"
        f"  {'yes' if are_equal else 'NO'} ({len(mine[0].regions)})"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", nargs="*", type=int, default=[10, 60, 480])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain-up-to", type=int, default=60)
    arguments = parser.parse_args()
    table(arguments.minutes, arguments.rounds, arguments.plain_up_to)


if __name__ == "__main__":
    main()
