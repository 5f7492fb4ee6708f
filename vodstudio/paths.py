"""Where everything lies: data, configuration, logs, work folders and the resources that come with the program."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from vodstudio.core.errors import NoAccess, NoSpace

HOME_VARIABLE = "VODSTUDIO_HOME"
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
_TRIAL_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders of one installation. `home` carries the lock: one home has one owner."""

    home: Path
    data: Path
    cache: Path
    config: Path
    logs: Path
    work: Path
    run: Path
    models: Path
    backups: Path

    @property
    def database(self) -> Path:
        """The one file that holds the queue."""
        return self.data / "vodstudio.db"

    @property
    def transcripts(self) -> Path:
        """Every version of the words of every recording, for as long as the recording is known."""
        return self.data / "transcripts"

    @property
    def reviews(self) -> Path:
        """Corrections of captions that are not saved yet."""
        return self.data / "reviews"

    @property
    def sidecars(self) -> Path:
        """Caption files of others that ours took the place of: kept for good, whatever becomes of the jobs."""
        return self.data / "sidecars"

    @property
    def station_file(self) -> Path:
        """The truth for cities, storages, servers, presets and lanes."""
        return self.config / "station.toml"

    @property
    def settings_file(self) -> Path:
        """What belongs to this machine."""
        return self.config / "settings.toml"

    @property
    def window_file(self) -> Path:
        """Theme and geometry: read before the window is painted."""
        return self.config / "window.toml"

    @property
    def lock_file(self) -> Path:
        """Held by the process that owns the queue."""
        return self.home / "owner.lock"

    @property
    def owner_file(self) -> Path:
        """How other processes reach the owner."""
        return self.home / "owner.json"

    def folders(self) -> Iterator[Path]:
        """Each folder once, outer before inner."""
        yield from dict.fromkeys(
            (
                self.home,
                self.data,
                self.config,
                self.cache,
                self.logs,
                self.work,
                self.run,
                self.models,
                self.transcripts,
                self.reviews,
                self.sidecars,
                self.backups,
            )
        )


def places(environ: Mapping[str, str]) -> Places:
    """The folders for this environment; touches no disk. VODSTUDIO_HOME moves everything."""
    moved = environ.get(HOME_VARIABLE, "").strip()
    if moved:
        home = Path(os.path.abspath(Path(moved).expanduser()))  # noqa: PTH100 - a link stays a link
        return _under(home, config=home, cache=home / "cache")
    if sys.platform == "win32":
        base = Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "VOD Studio"
        return _under(base, config=base / "config", cache=base / "cache")
    user = Path(environ.get("HOME") or Path.home())
    data = _xdg(environ, "XDG_DATA_HOME", user / ".local" / "share")
    config = _xdg(environ, "XDG_CONFIG_HOME", user / ".config")
    return _under(data, config=config, cache=_xdg(environ, "XDG_CACHE_HOME", user / ".cache"))


def _xdg(environ: Mapping[str, str], name: str, otherwise: Path) -> Path:
    """The specification says that a relative path in these variables is ignored."""
    told = Path(environ.get(name, ""))
    return (told if told.is_absolute() else otherwise) / "vodstudio"


def _under(home: Path, *, config: Path, cache: Path) -> Places:
    return Places(
        home=home,
        data=home,
        cache=cache,
        config=config,
        logs=home / "logs",
        work=home / "work",
        run=home / "run",
        models=home / "models",
        backups=home / "backups",
    )


def make(where: Places) -> None:
    """Create the folders, for their owner alone, and prove that they can be written (A05)."""
    for folder in where.folders():
        _make_folder(folder)
    for folder in dict.fromkeys((where.home, where.config, where.run, where.work, where.backups)):
        _prove_writable(folder)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as exc:
        raise NoAccess(
            f"{folder} is a file, and VOD Studio needs a folder there",
            hint=f"Move that file away, or set {HOME_VARIABLE} to another folder. Nothing was changed.",
            detail=str(exc),
            code="VS-HOME-IS-A-FILE",
        ) from exc
    except OSError as exc:
        raise _cannot_write(folder, exc) from exc


def _prove_writable(folder: Path) -> None:
    trial = folder / f".vs-{uuid4().hex[:12]}.tmp"
    try:
        trial.write_bytes(bytes(_TRIAL_BYTES))
    except OSError as exc:
        raise _cannot_write(folder, exc) from exc
    finally:
        with contextlib.suppress(OSError):
            trial.unlink()


def _cannot_write(folder: Path, exc: OSError) -> NoAccess | NoSpace:
    if exc.errno in _FULL_DISK:
        return NoSpace(
            f"The disk that holds {folder} is full",
            condition=f"disk:{folder}",
            hint="Free some space, then start again. Nothing was changed and nothing is lost.",
            detail=str(exc),
            code="VS-HOME-FULL",
        )
    return NoAccess(
        f"VOD Studio may not write in {folder}",
        hint=f"Give your user permission to read and write {folder}, or set {HOME_VARIABLE} to a folder of"
        " your own. Nothing was changed, and nothing was created elsewhere.",
        detail=str(exc),
        code="VS-HOME-READ-ONLY",
    )


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a window can open; without one Qt would end the process instead of saying so."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in ("win32", "darwin") or any(environ.get(name) for name in named)


def prove_screen(environ: Mapping[str, str]) -> None:
    """Refuse the window where there is none for it."""
    if not has_screen(environ):
        raise NoAccess(
            "There is no screen here for the window",
            hint="Everything works without it: `vodstudio doctor`, `vodstudio work`, `vodstudio demo --headless`."
            " Nothing was changed.",
            code="VS-NO-SCREEN",
        )


def is_frozen() -> bool:
    """Whether this is the packaged program rather than a checkout."""
    return bool(getattr(sys, "frozen", False))


def program_folder() -> Path:
    """The folder that `resources` lies in."""
    if is_frozen():
        return Path(str(getattr(sys, "_MEIPASS", Path(sys.executable).parent)))
    return Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """A file that comes with the program: `resource("icons", "app.svg")`."""
    return program_folder().joinpath("resources", *parts)
