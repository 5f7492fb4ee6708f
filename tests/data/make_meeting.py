#!/usr/bin/env python3
"""Make a council meeting with known words: `make_meeting.py OUT.mp4 --minutes 90 --seed 7`.

Writes OUT.mp4, OUT.truth.json (every sentence with its start and end) and OUT.agenda.txt.
Needs ffmpeg and espeak-ng on the PATH, and nothing beyond the standard library. The same seed gives the same words and times.
`--picture none` writes sound alone; `--size 320x180 --fps 5` keeps the picture cheap for hours-long files; `--picture testsrc2` is hard to compress.
"""

from __future__ import annotations

import argparse
import array
import io
import json
import random
import subprocess
import wave
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

# The whole language that the demo voice knows.
NAMES = ["Rivera", "Johnson", "Chen", "Miller", "Okafor", "Larson"]
ROLES = ["mayor", "clerk", "council member", "commissioner", "city manager"]
NUMS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TOPICS = [
    "water main",
    "bike lane",
    "street light",
    "fire station",
    "public library",
    "city budget",
    "parking permit",
    "park shelter",
    "snow plowing",
    "storm sewer",
    "housing plan",
    "zoning change",
]
CITIES = ["Birchwood", "Oakdale", "Lakeville", "Maplewood", "Northfield"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]

TEMPLATES = [
    "The {city} city council will come to order.",
    "Please rise for the pledge of allegiance.",
    "The clerk will call the roll.",
    "{role} {name} is present.",
    "{role} {name} is absent tonight.",
    "Item {num} is the {topic}.",
    "Item {num} on the agenda is the {topic}.",
    "We will now open the public hearing on the {topic}.",
    "The public hearing is now closed.",
    "I move to approve the {topic}.",
    "I move to table item {num} until {day}.",
    "Is there a second?",
    "I second the motion.",
    "All in favor say aye.",
    "Any opposed?",
    "The motion carries {num} to {num}.",
    "The motion fails.",
    "Thank you, {role} {name}.",
    "The minutes of {day} are approved.",
    "The cost of the {topic} is {num} million dollars.",
    "Staff recommends approval of the {topic}.",
    "You have {num} minutes to speak.",
    "Please state your name and address.",
    "The next meeting is on {day} at {num}.",
    "We need a new {topic} in {city}.",
    "Are there any questions about the {topic}?",
    "{name} asked about the {topic}.",
    "This meeting is adjourned.",
]

RATE = 22050
VOICES = [
    ("en-us", 150, 50),
    ("en-us", 165, 45),
    ("en-us+f3", 155, 55),
    ("en-us+m3", 160, 50),
    ("en-us", 140, 60),
]


@lru_cache(maxsize=4096)
def say(text: str, voice: tuple[str, int, int]) -> array.array[int]:
    name, speed, pitch = voice
    command = ["espeak-ng", "-v", name, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    raw = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    with wave.open(io.BytesIO(raw)) as sound:
        assert sound.getframerate() == RATE
        samples = array.array("h", sound.readframes(sound.getnframes()))
    loud = [i for i, s in enumerate(samples) if abs(s) > 33]
    return samples[max(0, loud[0] - 220) : loud[-1] + 220]


def fill(template: str, rng: random.Random, **fixed: str) -> str:
    slots = {"num": NUMS, "topic": TOPICS, "city": CITIES, "day": DAYS, "name": NAMES, "role": ROLES}
    while "{" in template:
        for slot, words in slots.items():
            template = template.replace("{" + slot + "}", fixed.get(slot) or rng.choice(words), 1)
    return template[0].upper() + template[1:]


def script(
    minutes: float, rng: random.Random, clock: Callable[[], float]
) -> Iterator[tuple[str, bool, float]]:
    """Yield (text, is_item, pause after it in seconds) until `clock()` seconds reach the wished length."""
    city = rng.choice(CITIES)
    yield "", False, 6.0
    for text in (
        f"The {city} city council will come to order.",
        "Please rise for the pledge of allegiance.",
        "The clerk will call the roll.",
    ):
        yield text, False, 1.2
    for name in NAMES:
        yield fill("{role} {name} is present.", rng, name=name), False, 0.9
    talk = [
        t for t in TEMPLATES if "adjourned" not in t and "come to order" not in t and "on the agenda" not in t
    ]
    item = 0
    while clock() < minutes * 60 - 12:
        number, topic = NUMS[item % len(NUMS)], rng.choice(TOPICS)
        item += 1
        yield fill("Item {num} on the agenda is the {topic}.", rng, num=number, topic=topic), True, 1.5
        for _ in range(rng.randint(5, 12)):
            yield fill(rng.choice(talk), rng, city=city), False, rng.choice([0.3, 0.5, 0.8, 1.2, 2.5])
        yield "", False, rng.choice([0.0, 0.0, 0.0, 8.0])
    yield "This meeting is adjourned.", False, 4.0


def hush(seconds: float, rng: random.Random) -> array.array[int]:
    """Room noise, far below speech."""
    second = array.array("h", (rng.randint(-6, 6) for _ in range(RATE)))
    wanted = int(seconds * RATE)
    return (second * (wanted // RATE + 1))[:wanted]


class Item(TypedDict):
    """One point of the agenda, and when it is called."""

    start: float
    title: str


def slides(items: list[Item], duration: float, size: str, fps: str) -> str:
    """A lavfi graph: one coloured card for each agenda item."""
    font = "fontcolor=white:fontsize=h/14:x=(w-text_w)/2"
    cards = [
        f"drawtext=text='City Council':{font}:y=h/5",
        "drawtext=text='%{pts\\:hms}':" + f"{font}:y=h*4/5",
    ]
    for this, following in zip(items, [*items[1:], Item(start=duration, title="")], strict=True):
        cards.append(
            f"drawtext=text='{this['title']}':enable='between(t,{this['start']},{following['start']})':{font}:y=h/2"
        )
    return f"color=c=0x1f3a5f:size={size}:rate={fps}:duration={duration}," + ",".join(cards)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("out", type=Path)
    options.add_argument("--minutes", type=float, default=1.5)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--picture", choices=["slides", "testsrc2", "none"], default="slides")
    options.add_argument("--size", default="1280x720")
    options.add_argument("--fps", default="30000/1001")
    o = options.parse_args()
    rng = random.Random(o.seed)
    stem = o.out.with_suffix("")
    sound_path = Path(f"{stem}.sound.m4a")
    encode = subprocess.Popen(
        [
            "ffmpeg",
            "-v",
            "error",
            "-y",
            "-f",
            "s16le",
            "-ar",
            str(RATE),
            "-ac",
            "1",
            "-i",
            "pipe:0",
            "-c:a",
            "aac",
            "-b:a",
            "128k",
            "-ar",
            "48000",
            "-ac",
            "2",
            str(sound_path),
        ],
        stdin=subprocess.PIPE,
    )
    assert encode.stdin is not None
    said: list[dict[str, float | str]] = []
    items: list[Item] = []
    heard = [0]  # samples so far
    for text, is_item, pause in script(o.minutes, rng, lambda: heard[0] / RATE):
        at = heard[0]
        samples = say(text, rng.choice(VOICES)) if text else array.array("h")
        if text:
            said.append(
                {"start": round(at / RATE, 3), "end": round((at + len(samples)) / RATE, 3), "text": text}
            )
        if is_item:
            items.append({"start": round(at / RATE, 3), "title": text.removesuffix(".")})
        for piece in (samples, hush(pause, rng)):
            encode.stdin.write(piece.tobytes())
            heard[0] += len(piece)
    encode.stdin.close()
    at = heard[0]
    if encode.wait():
        raise SystemExit("ffmpeg failed")
    duration = round(at / RATE, 3)
    if o.picture == "none":
        picture = ["-map", "0:a"]
    else:
        graph = (
            slides(items, duration, o.size, o.fps)
            if o.picture == "slides"
            else f"testsrc2=size={o.size}:rate={o.fps}:duration={duration}"
        )
        picture = [
            "-f",
            "lavfi",
            "-i",
            graph,
            "-map",
            "1:v",
            "-map",
            "0:a",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "26",
            "-pix_fmt",
            "yuv420p",
            "-g",
            "60",
        ]
    subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-y",
            "-i",
            str(sound_path),
            *picture,
            "-c:a",
            "copy",
            "-movflags",
            "+faststart",
            str(o.out),
        ],
        check=True,
    )
    sound_path.unlink()
    Path(f"{stem}.truth.json").write_text(
        json.dumps({"duration": duration, "sentences": said, "items": items}, indent=1) + "\n"
    )
    Path(f"{stem}.agenda.txt").write_text(
        "".join(f"{n}. {i['title'].split(' is the ')[1].capitalize()}\n" for n, i in enumerate(items, 1))
    )
    print(f"{o.out}: {duration} s, {len(said)} sentences, {len(items)} items")


if __name__ == "__main__":
    main()
