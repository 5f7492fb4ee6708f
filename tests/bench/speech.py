"""The speech step beside plain faster-whisper: CPU seconds, peak memory and words, in one interleaved run.

`python3 dev.py bench speech [MINUTES …] [--rounds N]`; both sides use the demo voice, int8, one thread, beam 5.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.speech.fakes import MEETING, ROOT, VOICE, MemoryContext, inputs_of
from vodstudio.workers.devices import Devices
from vodstudio.workers.models import Shelf
from vodstudio.workers.process import Children
from vodstudio.workers.speech import SpeechTools, hear

PLAIN = """
import sys
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[2], device="cpu", compute_type="int8", cpu_threads=1)
segments, info = model.transcribe(
    sys.argv[1],
    language="en",
    beam_size=5,
    vad_filter=True,
    word_timestamps=True,
    condition_on_previous_text=False,
)
for segment in segments:
    for word in segment.words:
        print(f"{word.start:.2f} {word.end:.2f}{word.word}")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One side of a pair."""

    cpu_s: float
    peak_mib: float
    words: tuple[str, ...]


def plain(recording: Path) -> Run:
    """faster-whisper as its own documentation calls it."""
    return _measured([sys.executable, "-c", PLAIN, str(recording), str(VOICE)])


def ours(recording: Path) -> Run:
    """The step with its two children; the parent that waits for them is counted too."""
    return _measured([sys.executable, "-m", "tests.bench.speech", "--step", str(recording)])


def _measured(argv: list[str]) -> Run:
    """CPU of the process and all its children; the highest memory of any one of them."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(argv, cwd=ROOT, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        lines = out.read().decode().splitlines()
    if process.returncode != 0:
        raise SystemExit(f"{argv[1:3]} ended with {process.returncode}")
    peak = usage.ru_maxrss
    if lines and lines[0].startswith("{"):
        peak = json.loads(lines.pop(0))["children_peak_kib"]
    return Run(cpu_s=usage.ru_utime + usage.ru_stime, peak_mib=peak / 1024, words=tuple(lines))


def step(recording: Path) -> None:
    """Run the step in this process and print what it heard."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        children = Children(folder / "run")
        shelf = Shelf(folder=folder / "models", demo_voice=VOICE, sample_meeting=MEETING)
        tools = SpeechTools(children=children, shelf=shelf, devices=Devices(children, has_gpu=lambda: False))
        result = hear(tools, MemoryContext(work_folder=folder), inputs_of(recording, model=str(VOICE)))
        children.close()
        body: dict[str, Any] = json.loads(result.outputs[0].path.read_text())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    lines = [json.dumps({"children_peak_kib": peak})]
    lines += [f"{word['start']:.2f} {word['end']:.2f}{word['text']}" for word in body["words"]]
    sys.stdout.write("\n".join(lines) + "\n")


def meeting(minutes: int, folder: Path) -> Path:
    """A meeting of this length; the two minutes are the sample itself."""
    if minutes == 2:
        return MEETING
    path = folder / f"meeting-{minutes}.mp4"
    maker = ROOT / "tests" / "data" / "make_meeting.py"
    arguments = ["--minutes", str(minutes), "--seed", "7", "--size", "320x180", "--fps", "5"]
    subprocess.run([sys.executable, str(maker), str(path), *arguments], check=True, stdout=subprocess.DEVNULL)
    return path


def table(minutes: list[int], rounds: int) -> None:
    """Interleaved pairs, medians."""
    head = f"{'meeting':>8}  {'CPU s ours':>10} {'plain':>7} {'ratio':>6}  {'peak MiB ours':>13} {'plain':>7} {'ratio':>6}"
    sys.stdout.write(f"{head}  words equal\n")
    with tempfile.TemporaryDirectory() as name:
        for length in minutes:
            recording = meeting(length, Path(name))
            pairs = [(ours(recording), plain(recording)) for _ in range(rounds)]
            cpu = [statistics.median(run.cpu_s for run in side) for side in zip(*pairs, strict=True)]
            peak = [statistics.median(run.peak_mib for run in side) for side in zip(*pairs, strict=True)]
            equal = all(one.words == other.words for one, other in pairs)
            sys.stdout.write(
                f"{length:>4} min  {cpu[0]:>10.1f} {cpu[1]:>7.1f} {cpu[0] / cpu[1]:>6.2f}"
                f"  {peak[0]:>13.0f} {peak[1]:>7.0f} {peak[0] / peak[1]:>6.2f}"
                f"  {'yes' if equal else 'NO'} ({len(pairs[0][0].words)})\n"
            )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", nargs="*", type=int, default=[2, 10])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--step", type=Path)
    arguments = parser.parse_args()
    if arguments.step is not None:
        step(arguments.step)
    else:
        table(arguments.minutes, arguments.rounds)


if __name__ == "__main__":
    main()
