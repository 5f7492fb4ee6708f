"""Child side: still pictures at keyframes spread over a recording; black ones are passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from vodstudio.core.files import temporary_beside
from vodstudio.workers.containers import open_media

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

LONGEST_WIDTH = 1280
BLACK_BELOW = 24.0
TRIES = 5
FRAMES_A_TRY = 50


def write_stills(path: Path, count: int, duration_s: float, folder: Path) -> list[Mapping[str, object]]:
    """Write JPEG files under temporary names; each with its time and how bright it is."""
    with open_media(path) as container:
        stream = container.streams.video[0]
        start_s = container.start_time / 1_000_000 if container.start_time else 0.0
        found = []
        for number in range(count):
            places_s = _tries(number, count, duration_s)
            best = _best_near(container, stream, places_s, start_s) or _first_frame(path)
            if best is not None:
                found.append(_write(best, stream, folder, start_s))
        return found


def _tries(number: int, count: int, duration_s: float) -> list[float]:
    """Places inside the share of the recording that this still stands for, its middle first."""
    share_s = duration_s / count
    return [(number + 0.5 + offset) * share_s for offset in (0.0, 0.15, -0.15, 0.3, -0.3)][:TRIES]


def _best_near(
    container: InputContainer, stream: VideoStream, places_s: list[float], start_s: float
) -> VideoFrame | None:
    best: tuple[float, VideoFrame] | None = None
    for place_s in places_s:
        frame = _key_frame(container, stream, start_s + place_s)
        if frame is None:
            continue
        light = brightness(frame)
        if best is None or light > best[0]:
            best = (light, frame)
        if light >= BLACK_BELOW:
            break
    return best[1] if best else None


def _key_frame(container: InputContainer, stream: VideoStream, at_s: float) -> VideoFrame | None:
    """The first picture that can be decoded from the keyframe at or before a time."""
    import av

    try:
        container.seek(int(at_s * 1_000_000))
        for _, frame in zip(range(FRAMES_A_TRY), _decoded(container, stream), strict=False):
            if not frame.is_corrupt:
                return frame
    except av.error.FFmpegError:
        return None
    return None


def _first_frame(path: Path) -> VideoFrame | None:
    """Some files cannot be searched; their beginning can always be read."""
    import av

    with open_media(path) as container:
        try:
            return next(container.decode(container.streams.video[0]), None)
        except av.error.FFmpegError:
            return None


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    yield from container.decode(stream)


def brightness(frame: VideoFrame) -> float:
    """Mean grey of a small copy, 0 to 255."""
    small = frame.reformat(width=64, height=36, format="gray")
    plane = small.planes[0]
    rows = bytes(plane)
    grey = b"".join(rows[line * plane.line_size : line * plane.line_size + 64] for line in range(36))
    return sum(grey) / len(grey)


def _write(frame: VideoFrame, stream: VideoStream, folder: Path, start_s: float) -> Mapping[str, object]:
    import av

    aspect = float(stream.sample_aspect_ratio or 1) or 1.0
    width = min(LONGEST_WIDTH, max(2, round(frame.width * aspect)))
    height = max(2, round(frame.height * width / (frame.width * aspect)))
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height = width - width % 2, height - height % 2
    codec.pix_fmt, codec.time_base = "yuvj420p", Fraction(1, 25)
    codec.options = {"q:v": "3"}
    codec.qmin = codec.qmax = 3
    picture = frame.reformat(width=codec.width, height=codec.height, format="yuvj420p")
    picture.pts, picture.time_base = 0, Fraction(1, 25)
    data = b"".join(bytes(packet) for packet in [*codec.encode(picture), *codec.encode(None)])
    temporary = temporary_beside(folder / "still")
    temporary.write_bytes(data)
    at_s = float(frame.time or 0.0) - start_s
    return {
        "path": str(temporary),
        "at_s": round(at_s, 3),
        "brightness": round(brightness(frame), 1),
        "width": codec.width,
        "height": codec.height,
    }
