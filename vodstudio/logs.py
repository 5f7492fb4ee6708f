"""The log: JSON lines, rotated, one file for each job, and no secret in any of them."""

from __future__ import annotations

import contextlib
import json
import logging
import logging.handlers
import re
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

FILE_BYTES: Final = 8 * 1024 * 1024
FILES: Final = 9
ASIDE_BYTES: Final = 1024 * 1024
JOB_FILE_BYTES: Final = 512 * 1024
JOB_FILES_BYTES: Final = 20 * 1024 * 1024
LONGEST_TEXT: Final = 16 * 1024
HIDDEN: Final = "[hidden]"

_SECRETS = (
    (re.compile(r"(?i)\b(authorization\W{1,4}(?:basic|bearer|digest)?\s*)[^\s\"',;}]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b((?:set-)?cookie[\"']?\s*[:=]\s*)[^\r\n\"']+"), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"(?i)((?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|signature)[\"']?\s*[:=]\s*)"
            r"(\"[^\"]*\"|'[^']*'|[^\s&\"',;}]+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)[^/\s@\"']+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)\b((?:basic|bearer)\s+)[a-z0-9+/_.=-]{8,}"), rf"\1{HIDDEN}"),
)
_known_secrets: set[str] = set()
_about: ContextVar[dict[str, str] | None] = ContextVar("about", default=None)


def hide(secret: str) -> None:
    """From now on this text never reaches a log, wherever it stands."""
    if len(secret) >= 4:
        _known_secrets.add(secret)


def redact(text: str) -> str:
    """The text without passwords, tokens and cookies."""
    for secret in _known_secrets:
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


@contextlib.contextmanager
def about(*, job: str = "", step: str = "", city: str = "") -> Iterator[None]:
    """Lines logged inside this block, on this thread or in this task, carry these."""
    told = {"job": job, "step": step, "city": city}
    token = _about.set({**(_about.get() or {}), **{key: value for key, value in told.items() if value}})
    try:
        yield
    finally:
        _about.reset(token)


class JsonLines(logging.Formatter):
    """One JSON object a line: a line end within a message is escaped, so no title can forge a line (I10)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of this record."""
        context = _about.get() or {}
        body: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        for key in ("job", "step", "city"):
            value = getattr(record, key, "") or context.get(key, "")
            if value:
                body[key] = redact(str(value))[:200]
        body["message"] = redact(_message(record))[:LONGEST_TEXT]
        body["logger"] = record.name
        if record.exc_info:
            body["trace"] = redact("".join(traceback.format_exception(*record.exc_info)))[:LONGEST_TEXT]
        return json.dumps(body, ensure_ascii=True)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args!r}"


class PlainLines(JsonLines):
    """For a terminal: one readable line."""

    def format(self, record: logging.LogRecord) -> str:
        """`level: message`, without control characters."""
        text = "".join(c if c.isprintable() else " " for c in redact(_message(record)))
        return f"{record.levelname.lower()}: {text}"


class _QuietFile(logging.handlers.RotatingFileHandler):
    """A log that cannot be written never stops the program: it says so once on stderr (H15)."""

    has_complained = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name in the library
        if not self.has_complained:
            self.has_complained = True
            _say(f"the log {self.baseFilename} cannot be written; the program goes on without it")


@dataclass(slots=True)
class _JobFiles:
    """Appends to `<folder>/<job>.jsonl`, each capped."""

    folder: Path

    def write(self, job: str, line: str) -> None:
        path = self.folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', job)[:64]}.jsonl"
        with contextlib.suppress(OSError):
            if path.exists() and path.stat().st_size > JOB_FILE_BYTES:
                return
            with path.open("a", encoding="ascii") as file:
                file.write(line + "\n")

    def prune(self, most_bytes: int) -> None:
        """The oldest go first when all together are too large."""
        with contextlib.suppress(OSError):
            sized = sorted(
                ((p.stat().st_mtime, p.stat().st_size, p) for p in self.folder.glob("*.jsonl")), reverse=True
            )
            total = 0
            for _, size_bytes, path in sized:
                total += size_bytes
                if total > most_bytes:
                    path.unlink(missing_ok=True)


class _JobLog(logging.Handler):
    """The lines of each job once more in a file of its own."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        super().__init__()
        self._files = _JobFiles(folder)
        self._files.prune(most_bytes)

    def emit(self, record: logging.LogRecord) -> None:
        job = str(getattr(record, "job", "") or (_about.get() or {}).get("job", ""))
        if job:
            self._files.write(job, self.format(record))


@dataclass(slots=True)
class LogKeeping:
    """What `start` began; `stop` ends it."""

    folder: Path
    is_written: bool
    _handlers: list[logging.Handler] = field(default_factory=list)

    def stop(self) -> None:
        """Close the files."""
        root = logging.getLogger()
        for handler in self._handlers:
            root.removeHandler(handler)
            handler.close()
        self._handlers.clear()


def start(
    folder: Path,
    *,
    level: str = "info",
    is_owner: bool = True,
    on_terminal: bool = False,
    job_files_bytes: int = JOB_FILES_BYTES,
) -> LogKeeping:
    """Send the log to files in this folder; where that cannot be, to stderr, and go on.

    Only the owner of the queue rotates the main log; who works beside it has a small one of its own.
    """
    root = logging.getLogger()
    root.setLevel(level.upper())
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    keeping = LogKeeping(folder=folder, is_written=True)
    try:
        (folder / "jobs").mkdir(mode=0o700, parents=True, exist_ok=True)
        keeping._handlers += _files(folder, job_files_bytes) if is_owner else [_aside(folder)]
    except OSError as exc:
        keeping.is_written = False
        _say(f"the log folder {folder} cannot be written ({exc.strerror}); the program goes on without it")
    for handler in keeping._handlers:
        handler.setFormatter(JsonLines())
    if on_terminal or not keeping.is_written:
        keeping._handlers.append(_terminal())
    for handler in keeping._handlers:
        root.addHandler(handler)
    return keeping


def _files(folder: Path, job_files_bytes: int) -> list[logging.Handler]:
    main = _QuietFile(
        folder / "vodstudio.jsonl", maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="ascii"
    )
    return [main, _JobLog(folder / "jobs", job_files_bytes)]


def _aside(folder: Path) -> logging.Handler:
    return _QuietFile(folder / "aside.jsonl", maxBytes=ASIDE_BYTES, backupCount=1, encoding="ascii")


def _terminal() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(PlainLines())
    return handler


def _say(text: str) -> None:
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"warning: {text}\n")


def lines_of_job(folder: Path, job: str, limit: int = 200) -> list[dict[str, object]]:
    """The newest lines of one job, oldest first; what cannot be read is left out."""
    path = folder / "jobs" / f"{re.sub(r'[^A-Za-z0-9_-]', '_', job)[:64]}.jsonl"
    found: list[dict[str, object]] = []
    with contextlib.suppress(OSError):
        for line in path.read_text("ascii", errors="replace").splitlines()[-limit:]:
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return found
