"""FFmpeg as a child: which one, what it can do, how it is called, how far it is, and what its end means."""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import re
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodstudio.core.errors import (
    BadMedia,
    ChildCrashed,
    Locked,
    NeedsUser,
    NoAccess,
    NoSpace,
    NotFound,
    VodError,
)
from vodstudio.workers.limits import FFMPEG_BYTES, FORMATS, MAX_ALLOC_BYTES, MAX_PIXELS, STALLED_AFTER_S
from vodstudio.workers.process import Child, Children, Command, finished
from vodstudio.workers.source import error_of_reading

LOOK_EVERY_S = 0.1
# Lines about progress are bytes as well; two minutes of them are less than this.
REAL_WORK_BYTES = 1_000_000
TIME_LIMIT_S = 48 * 3600
NEEDED_ENCODERS = ("libx264", "aac")
NEEDED_FILTERS = ("loudnorm", "bwdif", "scale", "setsar", "fps", "aresample", "channelmap", "tpad")

_BROKEN = re.compile(r"partial file|truncat|Invalid data|error while decoding|corrupt", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ffmpeg:
    """One FFmpeg and what it said about itself."""

    path: Path
    version: str
    encoders: frozenset[str]
    filters: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """What we need and it does not have."""
        return tuple(name for name in NEEDED_ENCODERS if name not in self.encoders) + tuple(
            name for name in NEEDED_FILTERS if name not in self.filters
        )


def find_ffmpeg(setting: Path | None, environment: Mapping[str, str]) -> Path:
    """The user's choice, then `FFMPEG`, then the one we ship, then the system's, then the embedded one."""
    named = setting or (Path(environment["FFMPEG"]) if environment.get("FFMPEG") else None)
    if named is not None:
        if named.is_file():
            return named.absolute()
        raise _missing(f"{named} is not there", str(named))
    bundled = Path(sys.executable).with_name("ffmpeg.exe" if sys.platform == "win32" else "ffmpeg")
    if getattr(sys, "frozen", False) and bundled.is_file():
        return bundled
    found = shutil.which("ffmpeg", path=environment.get("PATH", os.defpath))
    return Path(found).absolute() if found else _embedded()


def _embedded() -> Path:
    import imageio_ffmpeg

    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise _missing("No FFmpeg was found", str(error)) from error


def _missing(title: str, detail: str) -> NotFound:
    return NotFound(
        title,
        hint="Install FFmpeg or name it in Settings. If an antivirus moved it, allow it there. Nothing is lost.",
        detail=detail,
        code="VS-NO-FFMPEG",
    )


def look_at(children: Children, path: Path) -> Ffmpeg:
    """Ask an FFmpeg for its version, encoders and filters."""
    first = _ask(children, path, "-version").splitlines()
    words = first[0].split() if first else []
    if words[:2] != ["ffmpeg", "version"]:
        raise _missing(f"{path.name} is not an FFmpeg that works", "\n".join(first[:3]))
    return Ffmpeg(
        path=path,
        version=words[2] if len(words) > 2 else "",
        encoders=_names(_ask(children, path, "-encoders")),
        filters=_names(_ask(children, path, "-filters")),
    )


def _ask(children: Children, path: Path, option: str) -> str:
    with children.running(Command(argv=(str(path), "-hide_banner", option)), grace_s=0.5) as child:
        status, text = finished(child, 30.0)
    if status != 0:
        raise _missing(f"{path.name} does not work", f"exit status {status}: {child.errors()[-500:]}")
    return text


def _names(listing: str) -> frozenset[str]:
    """The second word of each line of a listing is the name."""
    return frozenset(words[1] for words in map(str.split, listing.splitlines()) if len(words) > 1)


def need(ffmpeg: Ffmpeg) -> None:
    """Refuse an FFmpeg that cannot do our work, naming what it lacks."""
    if ffmpeg.missing:
        raise NeedsUser(
            f"This FFmpeg cannot do {', '.join(ffmpeg.missing)}",
            hint="Choose another FFmpeg in Settings; the one that we ship has all of it.",
            detail=f"{ffmpeg.path} {ffmpeg.version}",
            code="VS-FFMPEG-LACKS",
        )


def file_url(path: Path) -> str:
    """A name that can only mean this local file, whatever characters it has."""
    return f"file:{path.absolute()}"


def input_options() -> dict[str, str]:
    """What is allowed of every input."""
    return {
        "protocol_whitelist": "file",
        "format_whitelist": FORMATS,
        "max_alloc": str(MAX_ALLOC_BYTES),
        "max_pixels": str(MAX_PIXELS),
    }


def global_arguments() -> tuple[str, ...]:
    """What begins every command line."""
    return ("-nostdin", "-hide_banner", "-nostats", "-v", "level+info", "-timelimit", str(TIME_LIMIT_S), "-y")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run that ended with exit status 0."""

    errors: str
    out_time_s: float
    broken_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How one command is watched."""

    check: Callable[[], None]
    tell: Callable[[float, float | None], None]
    source: Path
    target: Path
    log: Path | None = None
    stalled_after_s: float = STALLED_AFTER_S


def run_ffmpeg(children: Children, ffmpeg: Path, arguments: Sequence[str], run: Run) -> Ended:
    """Run it to its end; `tell` gets the output time in seconds and the speed."""
    argv = (str(ffmpeg), *global_arguments(), "-progress", "pipe:1", *arguments)
    command = Command(argv=argv, log=run.log, memory_bytes=FFMPEG_BYTES)
    watch = Watch(run.stalled_after_s)
    with children.running(command, grace_s=0.5) as child:
        _follow(child, run, watch)
        status = child.wait(30.0)
    text = child.errors()
    if status != 0:
        raise error_of_end(status, text, run)
    return Ended(errors=text, out_time_s=watch.out_time_s, broken_lines=len(_BROKEN.findall(text)))


class Watch:
    """Whether a child still gets anywhere: its output time, or bytes that it reads or writes."""

    def __init__(self, stalled_after_s: float) -> None:
        self._stalled_after_s = stalled_after_s
        self._moved_at = time.monotonic()
        self._bytes: int | None = None
        self.out_time_s = 0.0
        self.speed: float | None = None

    def see(self, line: str) -> bool:
        """One line of `-progress`; True when a block is complete."""
        key, _, value = line.partition("=")
        if key == "out_time_us" and value.lstrip("-").isdigit():
            out_time_s = max(0.0, int(value) / 1_000_000)
            if out_time_s > self.out_time_s:
                self.out_time_s = out_time_s
                self._moved()
        elif key == "speed":
            with contextlib.suppress(ValueError):
                self.speed = float(value.strip().rstrip("x"))
        return key == "progress"

    def _moved(self) -> None:
        self._moved_at, self._bytes = time.monotonic(), None

    def is_stalled(self, pid: int) -> bool:
        """Nothing moved for too long; writing the index of a large file moves bytes but no time."""
        quiet_s = time.monotonic() - self._moved_at
        if quiet_s < self._stalled_after_s / 2:
            return False
        if self._bytes is None:
            self._bytes = _bytes_moved(pid)
            return False
        if quiet_s < self._stalled_after_s:
            return False
        if _bytes_moved(pid) > self._bytes + REAL_WORK_BYTES:
            self._moved()
            return False
        return True


def _bytes_moved(pid: int) -> int:
    """Read and written by a process so far, pipes included; 0 where the system does not tell."""
    import psutil

    try:
        seen = psutil.Process(pid).io_counters()
    except (psutil.Error, OSError, AttributeError):
        return 0
    read, written = (
        ("read_chars", "write_chars") if hasattr(seen, "read_chars") else ("read_bytes", "write_bytes")
    )
    return int(getattr(seen, read)) + int(getattr(seen, written))


def _follow(child: Child, run: Run, watch: Watch) -> None:
    while True:
        run.check()
        with contextlib.suppress(queue.Empty):
            line = child.line(LOOK_EVERY_S)
            if line is None:
                return
            if watch.see(line):
                run.tell(watch.out_time_s, watch.speed)
        if watch.is_stalled(child.pid):
            raise ChildCrashed(
                "FFmpeg did not get any further",
                hint="It was ended and is tried once more. The recording was not changed.",
                detail=child.errors()[-2000:],
                code="VS-FFMPEG-HUNG",
            )


def _no_space(run: Run, detail: str) -> VodError:
    return NoSpace(
        f"There is no space left in {run.target.parent}",
        condition=f"disk:{run.target.parent}",
        hint="Free some space on that disk. The work goes on by itself; nothing is lost.",
        detail=detail,
    )


def _may_not(run: Run, detail: str) -> VodError:
    return NoAccess(
        f"We may not read {run.source.name} or not write to {run.target.parent}",
        hint="Allow this user to do both, then press Retry.",
        detail=detail,
        code="VS-NO-ACCESS",
    )


def _gone(run: Run, detail: str) -> VodError:
    if not run.target.parent.is_dir():
        return Locked(
            "The work folder was removed while we worked",
            hint="The step starts again by itself. Leave the work folder to the program.",
            detail=detail,
            code="VS-WORK-FOLDER-GONE",
        )
    return error_of_reading(run.source, FileNotFoundError(errno.ENOENT, detail))


def _away(run: Run, detail: str) -> VodError:
    return error_of_reading(run.source, OSError(errno.EIO, detail))


def _lacks(run: Run, detail: str) -> VodError:
    return NeedsUser(
        "This FFmpeg lacks something that the preset asks for",
        hint="Choose another FFmpeg in Settings; the one that we ship has all of it.",
        detail=detail,
        code="VS-FFMPEG-LACKS",
    )


def _bad(run: Run, detail: str) -> VodError:
    return BadMedia(
        f"{run.source.name} could not be decoded",
        hint="It is damaged or of a kind that we do not know. The file was not changed.",
        detail=detail,
        code="VS-NOT-DECODED",
    )


# By a sign in what FFmpeg said; the first one that fits is meant.
_ERRORS: Mapping[str, Callable[[Run, str], VodError]] = {
    "No space left on device": _no_space,
    "File too large": _no_space,
    "Disk quota exceeded": _no_space,
    "Permission denied": _may_not,
    "Read-only file system": _may_not,
    "No such file or directory": _gone,
    "Input/output error": _away,
    "Stale file handle": _away,
    "Unknown encoder": _lacks,
    "No such filter": _lacks,
    "Unrecognized option": _lacks,
    "Invalid data found when processing input": _bad,
    "matches no streams": _bad,
    "Decoder (codec": _bad,
}
_SIGXFSZ = -25
CRASHED_CODE = "VS-FFMPEG-CRASHED"


def error_of_end(status: int, text: str, run: Run) -> VodError:
    """What an exit status and the end of stderr mean: a table, looked at in one place only."""
    detail = f"exit status {status}: {text[-2000:]}"
    if status == _SIGXFSZ:
        return _no_space(run, detail)
    if status >= 0:
        make = next((make for sign, make in _ERRORS.items() if sign in text), None)
        if make is not None:
            return make(run, detail)
    return ChildCrashed(
        "FFmpeg ended by itself",
        hint="It is tried once more. The recording was not changed.",
        detail=detail,
        code=CRASHED_CODE,
    )
