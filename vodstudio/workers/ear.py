"""What a media file can say of captions: how long it is, and where a voice is. Nothing of it is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from vodstudio.captions.fit import Evidence
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.media import Media
from vodstudio.workers.process import Children
from vodstudio.workers.voice import VadSettings
from vodstudio.workers.windows import SAMPLE_RATE


def listened_to(
    children: Children, path: Path, check: Callable[[], None], tell: Callable[[float], None]
) -> Evidence:
    """Where a voice is and how long the sound lasts: the listening of the speech step, without its words."""
    # Beside the file there may be no room and no right to write; the samples are gone when this ends.
    with tempfile.TemporaryDirectory(prefix="vodstudio-") as folder:
        request = {
            "verb": "listen",
            "source": str(path.absolute()),
            "spool": str(Path(folder) / "speech.s16"),
            "vad": asdict(VadSettings()),
        }
        found: Mapping[str, object] = {}
        with Conversation(children, request, check) as talk:
            for answer in talk.answers("listened"):
                if answer["event"] == "listening":
                    tell(float(answer["at_s"]))
                found = answer
    regions, samples = found["regions"], found["samples"]
    assert isinstance(regions, list)
    assert isinstance(samples, int)
    return Evidence(
        duration_s=samples / SAMPLE_RATE,
        speech=tuple((start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in regions),
    )


def length_of(media: Media, path: Path, check: Callable[[], None]) -> float:
    """How long a media file is, measured."""
    facts = media.ask({"verb": "probe", "path": str(path.absolute())}, check)
    assert isinstance(facts, dict)
    return float(facts["duration_s"])
