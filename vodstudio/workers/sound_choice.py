"""Child side: which sound track and which side of it are heard, decided by where somebody speaks.

One ordinary track is heard as the library would: all channels mixed. Anything else has a reason that is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vodstudio.workers.analyse import FLOOR_DB, SILENT_BELOW_DB
from vodstudio.workers.containers import sound_frames, sound_streams
from vodstudio.workers.sound import LEFT, MIX, RIGHT, samples_of, sound_of
from vodstudio.workers.voice import WINDOW_SAMPLES, VoiceModel
from vodstudio.workers.windows import as_float

if TYPE_CHECKING:
    import numpy as np
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from numpy.typing import NDArray

    Stretches = dict[str, list[NDArray[np.float32]]]

STRETCHES = 6
STRETCH_S = 8.0
_MOST_TRACKS = 8
_SPEECH_FROM = 0.5
# A mix is left only for a side that is heard clearly better: two equal microphones lose 3 dB, a dead one costs 6.
_LOUDER_DB = 5.0
_MORE_SPEECH = 0.05
_SOME_SPEECH = 0.02
_FLOOR = 1e-12
# Of the energy of the louder side; a difference of 2 dB or a mild echo still counts as the same.
_ALIKE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardFrom:
    """What is heard, and why in one sentence (empty when there was nothing to choose)."""

    track: int = 0
    channel: str = MIX
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to hear a recording: the share of the samples with speech, and how loud that is."""

    track: int
    channel: str
    speech: float
    level_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What a recording says about one of its sound tracks."""

    channels: int
    language: str = ""
    is_aside: bool = False


def choose(source: Path, language: str) -> HeardFrom:
    """The track and the side of it; `language` is the one that shall be heard, if that is known."""
    with sound_of(source) as (container, _):
        tracks = [_track_of(stream) for stream in sound_streams(container)[:_MOST_TRACKS]]
        duration_s = (container.duration or 0) / 1_000_000
    if len(tracks) == 1 and tracks[0].channels != 2:
        return HeardFrom()
    heard = [_stretches(source, number, track, duration_s) for number, track in enumerate(tracks)]
    if len(tracks) == 1 and _are_alike(heard[0]):
        return HeardFrom()
    candidates = [
        _candidate(number, channel, stretches)
        for number, channels in enumerate(heard)
        for channel, stretches in channels.items()
    ]
    return judged(tracks, candidates, language)


def judged(tracks: Sequence[Track], candidates: Sequence[Candidate], language: str) -> HeardFrom:
    """The choice among what was sampled."""
    best = {number: _side(candidates, number) for number in range(len(tracks))}
    number = _track(tracks, best, language)
    chosen = best[number]
    reasons = [
        reason
        for reason in (_why_track(tracks, best, number), _why_side(candidates, chosen))
        if reason and chosen.speech >= _SOME_SPEECH
    ]
    return HeardFrom(track=number, channel=chosen.channel, why=" ".join(reasons))


def _side(candidates: Sequence[Candidate], track: int) -> Candidate:
    """The mix, unless one side has more speech in it or has it much louder."""
    mine = {candidate.channel: candidate for candidate in candidates if candidate.track == track}
    mix = mine.pop(MIX)
    best = max(mine.values(), key=lambda side: (side.speech, side.level_db), default=mix)
    is_better = best.speech > mix.speech + _MORE_SPEECH
    is_louder = best.speech > mix.speech - _MORE_SPEECH and best.level_db > mix.level_db + _LOUDER_DB
    return best if best.speech >= _SOME_SPEECH and (is_better or is_louder) else mix


def _track(tracks: Sequence[Track], best: Mapping[int, Candidate], language: str) -> int:
    """The first one in which somebody speaks and which is not in another language than the wanted one.

    A track that describes the pictures or comments on them comes after all others.
    """

    def rank(number: int) -> tuple[bool, bool, bool, int]:
        track = tracks[number]
        return (
            not _speaks(best, number),
            is_other_language(track.language, language),
            track.is_aside,
            number,
        )

    return min(best, key=rank)


def _speaks(best: Mapping[int, Candidate], number: int) -> bool:
    """Music has moments that sound like a voice; beside a meeting they are few."""
    most = max(candidate.speech for candidate in best.values())
    return best[number].speech >= max(_SOME_SPEECH, most / 4)


def _why_track(tracks: Sequence[Track], best: Mapping[int, Candidate], number: int) -> str:
    if len(tracks) == 1:
        return ""
    named = f" ({tracks[number].language})" if tracks[number].language else ""
    if number == 0:
        return f"Sound track 1 of {len(tracks)}{named} is heard."
    passed = not any(_speaks(best, other) for other in range(number))
    because = "nobody speaks in those before it" if passed else "it has the language that is wanted"
    if not passed and any(tracks[other].is_aside for other in range(number)):
        because = "those before it describe the picture or comment on it"
    return f"Sound track {number + 1} of {len(tracks)}{named} is heard: {because}."


def _why_side(candidates: Sequence[Candidate], chosen: Candidate) -> str:
    if chosen.channel == MIX:
        return ""
    mine = {candidate.channel: candidate for candidate in candidates if candidate.track == chosen.track}
    mix, other = mine[MIX], mine[RIGHT if chosen.channel == LEFT else LEFT]
    if other.level_db < SILENT_BELOW_DB:
        return f"Only the {chosen.channel} channel is heard: the other one is silent."
    if mix.level_db < chosen.level_db - _LOUDER_DB and other.speech >= _SOME_SPEECH:
        return f"Only the {chosen.channel} channel is heard: mixed, the two cancel each other."
    return f"Only the {chosen.channel} channel is heard: it has the voices."


def is_other_language(tag: str, wanted: str) -> bool:
    """Whether a tag of a file (`eng`, `en-US`) names a language that is not the one of a preset (`en`)."""
    tag = tag.strip().lower().replace("_", "-").split("-")[0]
    return (
        bool(wanted)
        and tag not in ("", "und", "mul", "mis", "zxx")
        and _SHORT.get(tag, tag) != wanted.lower()
    )


# The tags that files carry for the languages that the models know best; others are compared as they are.
_SHORT = {
    "eng": "en", "spa": "es", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "ita": "it", "por": "pt",
    "nld": "nl", "dut": "nl", "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko", "rus": "ru", "ara": "ar",
    "vie": "vi", "pol": "pl", "ukr": "uk", "som": "so", "tgl": "tl", "hin": "hi", "hat": "ht", "mya": "my",
}  # fmt: skip


def _track_of(stream: AudioStream) -> Track:
    from av.stream import Disposition

    aside = Disposition.visual_impaired | Disposition.comment | Disposition.descriptions
    return Track(
        channels=stream.codec_context.channels,
        language=stream.language or "",
        is_aside=bool(stream.disposition & aside),
    )


def _stretches(source: Path, number: int, track: Track, duration_s: float) -> Stretches:
    """The samples of each stretch, mixed and for each of two sides."""
    channels = (MIX, LEFT, RIGHT) if track.channels == 2 else (MIX,)
    heard: Stretches = {channel: [] for channel in channels}
    with sound_of(source, number) as (container, stream):
        start_s = container.start_time / 1_000_000 if container.start_time else 0.0
        for at_s in places(duration_s):
            frames = _frames(container, stream, start_s + at_s)
            for channel in channels:
                heard[channel].append(_whole_windows(list(samples_of(iter(frames), channel))))
    return heard


def _whole_windows(blocks: list[NDArray[np.int16]]) -> NDArray[np.float32]:
    import numpy as np

    samples = as_float(np.concatenate([np.zeros(0, dtype=np.int16), *blocks]))
    return samples[: len(samples) - len(samples) % WINDOW_SAMPLES]


def _are_alike(heard: Stretches) -> bool:
    """Two sides with the same sound: nothing to choose, and no model is asked."""
    import numpy as np

    left, right = (np.concatenate(heard[side]).astype(np.float64) for side in (LEFT, RIGHT))
    one, other, both = float(left @ left), float(right @ right), float(left @ right)
    return both > 0.0 and both > _ALIKE * max(one, other)


def places(duration_s: float) -> list[float]:
    """Where stretches begin: the whole of a short recording, else spread over it."""
    if duration_s <= STRETCHES * STRETCH_S:
        return [count * STRETCH_S for count in range(max(1, math.ceil(duration_s / STRETCH_S)))]
    return [(count + 0.5) * duration_s / STRETCHES - STRETCH_S / 2 for count in range(STRETCHES)]


def _frames(container: InputContainer, stream: AudioStream, at_s: float) -> list[Any]:
    """The sound of one stretch; a damaged place is left out."""
    import av

    frames = []
    try:
        container.seek(int(at_s / (stream.time_base or 1)), stream=stream)
        for frame in sound_frames(container, stream):
            if frame.time is None or frame.time >= at_s + STRETCH_S:
                break
            if frame.time >= at_s:
                frames.append(frame)
    except av.error.FFmpegError:
        return []
    return frames


def _candidate(track: int, channel: str, stretches: list[NDArray[np.float32]]) -> Candidate:
    import numpy as np

    found = [value for samples in stretches if len(samples) for value in VoiceModel().probabilities(samples)]
    power = sum(float(np.square(samples, dtype=np.float64).sum()) for samples in stretches)
    power /= max(1, len(found) * WINDOW_SAMPLES)
    return Candidate(
        track=track,
        channel=channel,
        speech=sum(value >= _SPEECH_FROM for value in found) / max(1, len(found)),
        level_db=10 * math.log10(power) if power > _FLOOR else FLOOR_DB,
    )
