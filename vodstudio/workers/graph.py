"""FFmpeg's arguments for an encode: what is cut, how the picture and the sound are treated, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from vodstudio.core.errors import NeedsUser
from vodstudio.core.jobs import Json
from vodstudio.core.station import EncodeSettings
from vodstudio.workers import loudness
from vodstudio.workers.ffmpeg import file_url, input_options
from vodstudio.workers.loudness import Measured
from vodstudio.workers.probe import number

FASTEST = Fraction(60)
BLACK_FPS = Fraction(30000, 1001)
QUALITY = 20
KEY_EVERY_S = 2
STANDS_AFTER_S = 0.5
SOURCE, TARGET = "file:source", "file:target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the output will be; `track` is the sound stream of the source, None without sound."""

    in_point_s: float
    duration_s: float
    width: int
    height: int
    fps: Fraction
    has_video: bool
    interlaced: bool
    stands_still: bool
    video_stream: int | None
    track: Json | None


def shape_of(facts: Json, settings: EncodeSettings) -> Shape:
    """The output that a source and a preset give: scaled down and never up, even sides, square pixels."""
    whole_s = number(facts, "duration_s")
    end_s = min(whole_s, settings.out_point_s) if settings.out_point_s is not None else whole_s
    if not 0.0 <= settings.in_point_s < end_s:
        raise NeedsUser(
            "The in-point lies behind the end of the recording",
            hint="Correct the in-point and out-point, then press Retry.",
            detail=f"in {settings.in_point_s}, out {settings.out_point_s}, duration {whole_s}",
            code="VS-CUT-IS-EMPTY",
        )
    width, height = _sides(facts, settings.height)
    tracks = cast(list[Json], facts["audio"])
    return Shape(
        in_point_s=settings.in_point_s,
        duration_s=end_s - settings.in_point_s,
        width=width,
        height=height,
        fps=_rate(facts),
        has_video=bool(facts["has_video"]),
        interlaced=bool(facts["interlaced"]),
        stands_still=bool(facts["has_video"]) and number(facts, "last_picture_s") < whole_s - STANDS_AFTER_S,
        video_stream=cast(int, facts["video_index"]) if facts["has_video"] else None,
        track=tracks[cast(int, facts["audio_track"])] if tracks else None,
    )


def _sides(facts: Json, tallest: int) -> tuple[int, int]:
    if not facts["has_video"]:
        return 1280, 720
    width, height = (
        number(facts, "width") * float(Fraction(str(facts["sample_aspect"]))),
        number(facts, "height"),
    )
    if int(number(facts, "rotation")) % 180:
        width, height = height, width
    scale = min(1.0, tallest / height)
    return _even(width * scale), _even(height * scale)


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)


def _rate(facts: Json) -> Fraction:
    text = str(facts.get("fps") or "")
    rate = Fraction(text) if text else BLACK_FPS
    while rate > FASTEST:
        rate /= 2
    return rate if rate >= 1 else BLACK_FPS


def size_estimate_bytes(shape: Shape, settings: EncodeSettings) -> int:
    """At most this much will be written, by the rates of the preset."""
    return int(shape.duration_s * (settings.video_kbps + settings.audio_kbps) * 1000 / 8)


def _source(shape: Shape) -> Any:
    import ffmpeg

    cut: dict[str, object] = {"t": f"{shape.duration_s:.6f}"}
    if shape.in_point_s > 0:
        cut["ss"] = f"{shape.in_point_s:.6f}"
    return ffmpeg.input(SOURCE, **input_options(), **cut)


def measure_arguments(path: Path, shape: Shape, settings: EncodeSettings) -> list[str]:
    """The first pass: sound alone, into nothing."""
    import ffmpeg

    assert settings.loudness_lufs is not None
    sound = _sound(_source(shape), shape)
    sound = sound.filter("loudnorm", **loudness.options(None, settings.loudness_lufs, settings.true_peak_db))
    return _arguments(ffmpeg.output(sound, "-", vn=None, format="null"), path, None)


def encode_arguments(
    path: Path,
    target: Path,
    *,
    shape: Shape,
    settings: EncodeSettings,
    found: Measured | None,
    threads: int | None = None,
) -> list[str]:
    """The second pass: H.264 High, progressive, AAC stereo at 48 kHz, in an MP4 that starts at once."""
    import ffmpeg

    source = _source(shape)
    streams = [_picture(source, shape)]
    options: dict[str, object] = {
        "format": "mp4",
        "vcodec": "libx264",
        "profile:v": "high",
        "preset": settings.speed,
        "crf": QUALITY,
        "maxrate": f"{settings.video_kbps}k",
        "bufsize": f"{settings.video_kbps * 2}k",
        "g": max(1, round(shape.fps * KEY_EVERY_S)),
        "movflags": "+faststart",
        "map_metadata": -1,
        "map_chapters": -1,
        "t": f"{shape.duration_s:.6f}",
        "fs": 4 * size_estimate_bytes(shape, settings) + 2**30,
    }
    if threads is not None:
        options["threads"] = threads
    if shape.track is not None:
        sound = _sound(source, shape)
        if found is not None and settings.loudness_lufs is not None:
            applied = loudness.options(found, settings.loudness_lufs, settings.true_peak_db)
            sound = sound.filter("loudnorm", **applied).filter("aresample", 48000)
        streams.append(sound)
        options |= {"acodec": "aac", "audio_bitrate": f"{settings.audio_kbps}k", "ar": 48000, "ac": 2}
    return _arguments(ffmpeg.output(*streams, TARGET, **options), path, target)


def _picture(source: Any, shape: Shape) -> Any:
    """A recording without a picture becomes black video: a channel cannot play sound alone."""
    import ffmpeg

    rate = f"{shape.fps.numerator}/{shape.fps.denominator}"
    if not shape.has_video:
        black = f"color=c=black:s={shape.width}x{shape.height}:r={rate}"
        return ffmpeg.input(black, format="lavfi", t=f"{shape.duration_s:.6f}").filter("format", "yuv420p")
    picture = source[str(shape.video_stream)]
    if shape.interlaced:
        picture = picture.filter("bwdif", mode="send_frame", deint="all")
    picture = picture.filter("fps", rate)
    if shape.stands_still:
        # Sound that goes on after the last picture, or a slide that stays: the channel must not see nothing.
        picture = picture.filter("tpad", stop=-1, stop_mode="clone")
    picture = picture.filter("scale", shape.width, shape.height, flags="bicubic")
    return picture.filter("setsar", 1).filter("format", "yuv420p")


def _sound(source: Any, shape: Shape) -> Any:
    """Stereo at 48 kHz from the first moment of the picture; a lost or one-sided mix is mended."""
    assert shape.track is not None
    sound = source[str(shape.track["index"])]
    if shape.track["inverted"] or shape.track["one_sided"]:
        channel = shape.track["loudest_channel"]
        sound = sound.filter("channelmap", map=f"{channel}-FL|{channel}-FR", channel_layout="stereo")
    sound = sound.filter("aresample", 48000, **{"async": 1, "first_pts": 0})
    return sound.filter("aformat", channel_layouts="stereo", sample_fmts="fltp")


def _arguments(stream: Any, source: Path, target: Path | None) -> list[str]:
    """The names are put in last: ffmpeg-python takes neither every name nor every character."""
    import ffmpeg

    names = {SOURCE: file_url(source), TARGET: file_url(target) if target else TARGET}
    return [names.get(word, word) for word in map(str, ffmpeg.compile(stream)[1:])]
