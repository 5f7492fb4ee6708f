"""Child side: open a media file under the contract, and read its streams, packet times and first frames."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from vodstudio.core.errors import BadMedia, VodError
from vodstudio.workers.limits import FORMATS, LONGEST_SIDE, MAX_ALLOC_BYTES, MAX_STREAMS
from vodstudio.workers.source import error_of_reading
from vodstudio.workers.timeline import Tell, Timeline, Times, packet_times

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.sidedata.sidedata import SideData
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

DECLARES_LENGTH = ("mov", "matroska", "mxf", "asf")
PADDING_S = 0.1
FRAMES_LOOKED_AT = 12


def open_media(path: Path) -> InputContainer:
    """Open it; only local files and only formats of recordings, whatever the file says about itself."""
    import av

    refuse_without_opening(path)
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": FORMATS,
        "max_streams": str(MAX_STREAMS + 1),
        "max_alloc": str(MAX_ALLOC_BYTES),
        "enable_drefs": "0",
    }
    try:
        container = av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        raise _error_of_opening(path, error) from error
    _refuse_extremes(path, container)
    return container


def refuse_without_opening(path: Path) -> None:
    """What its size and first bytes already tell."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise error_of_reading(path, error) from error
    if not head:
        raise BadMedia(
            f"{path.name} is empty, maybe still copying",
            hint="Wait until it is complete, then press Retry.",
            detail=f"{path}: 0 bytes",
            code="VS-EMPTY-FILE",
        )
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(
        (b"#extm3u", b"ffconcat", b"v=0", b"<?xml", b"<smil", b"<mpd", b"[playlist]", b"[reference]")
    ):
        raise BadMedia(
            f"{path.name} is not a video file",
            hint="It is a list that points to other files. Import those files instead; none of them was opened.",
            detail=f"{path}: begins with {head[:32]!r}",
            code="VS-PLAYLIST",
        )


def _error_of_opening(path: Path, error: Exception) -> VodError:
    import av

    if isinstance(error, OSError) and not isinstance(error, av.error.InvalidDataError):
        return error_of_reading(path, error)
    with path.open("rb") as file:
        head = file.read(512)
    detail = f"{path}: {error}"
    if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free", b"skip", b"moov", b"pnot"):
        return BadMedia(
            f"{path.name}: the recording was not finished",
            hint="The recorder or the copy was interrupted before the index was written. Copy it again from the"
            " recorder, or let the recorder repair it. The file was not changed.",
            detail=detail,
            code="VS-NOT-FINISHED",
        )
    is_text = all(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
    what = "It is a text file." if is_text else "Its content is none that we know."
    return BadMedia(
        f"{path.name} is not a media file",
        hint=f"{what} The name alone does not make a recording. The file was not changed.",
        detail=detail,
        code="VS-NOT-MEDIA",
    )


def _refuse_extremes(path: Path, container: InputContainer) -> None:
    if any(_is_unknown(stream) for stream in container.streams.video):
        container.close()
        raise BadMedia(
            f"The picture of {path.name} is in a form that we cannot decode",
            hint="It may be copy-protected or very new. Export it again as H.264 or MPEG-2. The file was not changed.",
            detail=f"{path}: no decoder",
            code="VS-UNKNOWN-CODEC",
        )
    sides = [(stream.width, stream.height) for stream in container.streams.video]
    if len(container.streams) <= MAX_STREAMS and all(max(pair) <= LONGEST_SIDE for pair in sides):
        return
    container.close()
    raise BadMedia(
        f"{path.name} is beyond what a recording can be",
        hint=f"At most {MAX_STREAMS} streams and {LONGEST_SIDE} pixels a side are read. The file was not changed.",
        detail=f"{path}: {len(container.streams)} streams, pictures {sides}",
        code="VS-EXTREME-MEDIA",
    )


def _is_unknown(stream: Stream) -> bool:
    return stream.type in ("video", "audio") and stream.codec_context is None


def sound_streams(container: InputContainer) -> list[AudioStream]:
    """The sound tracks that can be decoded, in the order of the file."""
    return [stream for stream in container.streams.audio if not _is_unknown(stream)]


def sound_frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Everything that can be decoded: a damaged packet is left out, as a player does, and the sound goes on behind it.

    The container's own `decode` ends for good at the first one. Where nothing can be decoded, the reason is raised.
    """
    import av

    fault: av.error.FFmpegError | None = None
    is_heard = False
    # Where the file itself cannot be followed any further, it ends, as for FFmpeg.
    with contextlib.suppress(av.error.InvalidDataError):
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError as error:
                fault = error
                continue
            is_heard = is_heard or bool(frames)
            yield from frames
    if fault is not None and not is_heard:
        raise fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What only decoded frames tell."""

    interlaced: bool = False
    rotation: int = 0
    has_captions: bool = False
    decoded: int = 0


def look_at_pictures(container: InputContainer, stream: VideoStream) -> Pictures:
    """Decode a few frames at the start."""
    import av

    interlaced = captioned = decoded = rotation = 0
    try:
        for frame in container.decode(stream):
            decoded += 1
            interlaced += frame.interlaced_frame
            rotation = int(frame.rotation)
            captioned += _carries_captions(frame)
            if decoded >= FRAMES_LOOKED_AT:
                break
    except av.error.FFmpegError:
        pass
    return Pictures(
        interlaced=interlaced * 2 > decoded,
        rotation=rotation,
        has_captions=captioned > 0,
        decoded=decoded,
    )


def _carries_captions(frame: VideoFrame) -> bool:
    return any(side.type.name == "A53_CC" for side in cast("Iterable[SideData]", frame.side_data))


def rate_text(rate: Fraction | None) -> str:
    """A rate as it is written in files: `30000/1001`."""
    return f"{rate.numerator}/{rate.denominator}" if rate else ""


def facts_of(path: Path, tell: Tell) -> Mapping[str, object]:
    """Everything `probe` wants to know of a file except its sound levels."""
    with open_media(path) as container:
        size_bytes = path.stat().st_size
        first = next((s for s in container.streams.video if not _is_cover(s)), None)
        pictures = look_at_pictures(container, first) if first else Pictures()
    with open_media(path) as container:
        timeline = packet_times(container, size_bytes, tell)
        declared_s = container.duration / 1_000_000 if container.duration else None
        promised_s = _promised_s(container)
        start_s = container.start_time / 1_000_000 if container.start_time else 0.0
        return {
            "container": container.format.name,
            "size_bytes": size_bytes,
            "start_time_s": start_s,
            "duration_s": _presented_s(timeline.length_s(start_s), declared_s),
            "container_duration_s": declared_s,
            "promised_s": declared_s if promised_s is None else promised_s,
            "declares_length": any(name in container.format.name.split(",") for name in DECLARES_LENGTH),
            "timeline_jumps": timeline.jumps,
            "title": (container.metadata.get("title") or "")[:200],
            **_video_facts(container, timeline, pictures),
            "audio": [_audio_facts(stream, timeline) for stream in sound_streams(container)],
            "unknown_streams": sum(1 for stream in container.streams if _is_unknown(stream)),
            "subtitle_streams": len(container.streams.subtitles),
        }


def _presented_s(measured_s: float, declared_s: float | None) -> float:
    """The last packet may reach a little beyond what is presented; a header that claims more is not believed."""
    if declared_s is not None and 0.0 < measured_s - declared_s < PADDING_S:
        return declared_s
    return max(0.0, measured_s)


def _promised_s(container: InputContainer) -> float | None:
    """What picture and sound shall last, leaving out texts and time codes that may be longer."""
    streams = [*container.streams.video, *container.streams.audio]
    lengths = [float(s.duration * s.time_base) for s in streams if s.duration and s.time_base]
    return max(lengths) if lengths and len(lengths) == len(streams) else None


def _is_cover(stream: VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _video_facts(container: InputContainer, timeline: Timeline, pictures: Pictures) -> dict[str, object]:
    stream = next((s for s in container.streams.video if not _is_cover(s)), None)
    times = timeline.of(stream.index) if stream else Times()
    if stream is None or (times.is_empty and not pictures.decoded):
        return {"has_video": False, "has_captions": False, "interlaced": False}
    codec, aspect = stream.codec_context, stream.sample_aspect_ratio
    rate, mean = stream.guessed_rate or stream.average_rate, stream.average_rate
    return {
        "has_video": True,
        "video_index": stream.index,
        "video_codec": codec.name,
        "pixel_format": codec.pix_fmt or "",
        "width": stream.width,
        "height": stream.height,
        "sample_aspect": rate_text(aspect) if aspect else "1/1",
        "rotation": pictures.rotation,
        "interlaced": pictures.interlaced or int(codec.field_order) in (2, 3, 4, 5),
        "fps": rate_text(rate),
        "is_variable_rate": bool(rate and mean and abs(float(rate) - float(mean)) > 0.02 * float(rate)),
        "video_start_s": times.first_s,
        "video_duration_s": times.length_s,
        "last_picture_s": times.last_picture_s,
        "has_captions": pictures.has_captions,
    }


def _audio_facts(stream: AudioStream, timeline: Timeline) -> dict[str, object]:
    times, codec = timeline.of(stream.index), stream.codec_context
    return {
        "index": stream.index,
        "codec": codec.name,
        "channels": codec.channels,
        "layout": codec.layout.name,
        "rate": codec.sample_rate,
        "language": stream.language or "",
        "start_s": times.first_s,
        "duration_s": times.length_s,
    }
