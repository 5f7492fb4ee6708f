"""Recordings that the speech bench hears: generated meetings with their true words, and sound in which nobody speaks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jiwer

from tests.speech.fakes import ROOT

_HOUR = 60
_MAKER = ROOT / "tests" / "data" / "make_meeting.py"
_CHEAP = ("--size", "320x180", "--fps", "5")
_FFMPEG = ("ffmpeg", "-v", "error", "-nostdin", "-y")
SEED = 7
# A hymn, the hum of a full room, and nothing at all.
QUIET = {
    "silence": "anullsrc=r=48000:cl=stereo",
    "music": "aevalsrc='0.2*sin(2*PI*t*(220+110*floor(mod(t,4))))*(1-mod(t,1)*0.7)"
    "+0.1*sin(2*PI*t*(330+55*floor(mod(t/2,3))))+0.05*sin(2*PI*t*880)*gt(mod(t,0.5),0.25)':s=48000",
    "noise": "anoisesrc=r=48000:color=pink:amplitude=0.1:seed=3",
}


def meeting(minutes: int, folder: Path) -> Path:
    """A meeting of this length, made once; beyond an hour the hour is repeated without decoding it."""
    path = folder / f"m{minutes}.mp4"
    if path.exists():
        return path
    if minutes <= _HOUR:
        return spoken(path, minutes=minutes, seed=SEED)
    hour, whole = meeting(_HOUR, folder), path.with_suffix(".part.mp4")
    line = [*_FFMPEG, "-stream_loop", str(-(-minutes // _HOUR) - 1), "-i", str(hour)]
    subprocess.run([*line, "-t", str(60 * minutes), "-c", "copy", str(whole)], check=True)
    return whole.replace(path)


def spoken(path: Path, *, minutes: int, seed: int) -> Path:
    """A meeting that nobody has heard before, with `.truth.json` beside it."""
    if not path.exists():
        line = [
            sys.executable,
            str(_MAKER),
            str(path),
            "--minutes",
            str(minutes),
            "--seed",
            str(seed),
            *_CHEAP,
        ]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    return path


def quiet(name: str, minutes: int, folder: Path) -> Path:
    """Minutes without a word."""
    path = folder / f"{name}-{minutes}.mkv"
    if not path.exists():
        picture = ("-f", "lavfi", "-i", "color=gray:size=64x36:rate=5")
        sound = ("-f", "lavfi", "-i", QUIET[name], "-t", str(60 * minutes))
        subprocess.run([*_FFMPEG, *picture, *sound, "-c:v", "mpeg4", str(path)], check=True)
    return path


def error_rate(recording: Path, words: list[str]) -> float:
    """Word errors against what was really said."""
    truth = json.loads(recording.with_suffix(".truth.json").read_text("utf-8"))["sentences"]
    said = " ".join(sentence["text"] for sentence in truth)
    return float(jiwer.wer(_bare(said), _bare("".join(words))))


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]", " ", text.lower()).split())
