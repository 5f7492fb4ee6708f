"""Speech models: which are here, whether they are whole, and which one may hear a recording."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from vodstudio.core.errors import NoModel, VodError
from vodstudio.core.files import sha256_of
from vodstudio.core.models import ANY_MODEL, CONDITION, known
from vodstudio.core.recording import Recording, fingerprint_of
from vodstudio.core.station import SpeechSettings
from vodstudio.paths import resource
from vodstudio.workers.model_aside import put_aside
from vodstudio.workers.model_file import (
    MAY_CARRY_PROGRAMS,
    WEIGHTS,
    broken,
    carries_programs,
    fault_of_content,
    fault_of_shape,
    is_there,
    never_stop,
    read_sums,
    refuse_programs,
)
from vodstudio.workers.source import reading

DEMO_VOICE = "demo-voice"
ADVISED = "large-v3-turbo"

Seen = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A folder with a CTranslate2 Whisper model."""

    name: str
    folder: Path
    size_bytes: int
    is_demo_voice: bool = False

    @property
    def mark(self) -> str:
        """What tells two models apart without reading gigabytes: the head, middle and tail of the weights."""
        return fingerprint_of(self.folder / "model.bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where models lie: the folder of this installation, and the demo voice that comes with the program."""

    folder: Path
    demo_voice: Path
    sample_meeting: Path
    _whole: set[Seen] = field(default_factory=set, init=False, repr=False, compare=False)

    @classmethod
    def at(cls, folder: Path) -> Shelf:
        """The shelf in this folder, beside what comes with the program."""
        return cls(
            folder=folder,
            demo_voice=resource("demo", "model"),
            sample_meeting=resource("demo", "meeting.mp4"),
        )

    def models(self) -> list[Model]:
        """Each folder that looks like a model, largest first, then the demo voice."""
        found = [
            Model(name=folder.name, folder=folder, size_bytes=_size(folder))
            for folder in (sorted(self.folder.iterdir()) if self.folder.is_dir() else ())
            if is_shown(folder)
        ]
        found.sort(key=lambda model: (-model.size_bytes, model.name))
        return found + ([self._demo_voice()] if (self.demo_voice / "model.bin").is_file() else [])

    def choose(
        self, settings: SpeechSettings, recording: Recording, check: Callable[[], None] = never_stop
    ) -> Model:
        """The model for this recording, whole and checked; raises NoModel when there is none."""
        with reading(self.folder):
            model = self._chosen(settings.model, recording)
        with reading(model.folder):
            self._prove(model, settings.model, check)
        return model

    @contextlib.contextmanager
    def staying(self, model: Model, asked: str) -> Iterator[None]:
        """A model that goes away while it is needed is waited for: what failed then says nothing else."""
        try:
            yield
        except (OSError, VodError) as error:
            if is_there(model.folder):
                raise
            raise _went_away(model, f"{CONDITION}{asked or ANY_MODEL}") from error

    def has(self, name: str) -> bool:
        """Whether a step that waits for `model:<name>` may go on; a folder that is still being copied is not there."""
        with contextlib.suppress(OSError):
            if is_path(name):
                return not fault_of_shape(_expanded(name))
            there = [model for model in self.models() if name in (ANY_MODEL, model.name)]
            real = [model for model in there if name != ANY_MODEL or not model.is_demo_voice]
            return any(not fault_of_shape(model.folder) for model in real)
        return False

    def _prove(self, model: Model, asked: str, check: Callable[[], None]) -> None:
        """Read all of it once; afterwards only whether a file has changed since."""
        refuse_programs(model.folder)
        seen = _seen(model.folder)
        if seen in self._whole:
            return
        fault = fault_of_shape(model.folder) or fault_of_content(model.folder, check)
        if not fault:
            self._whole.add(seen)
            return
        if model.folder.parent != self.folder:
            raise broken(model.folder, fault)
        condition = f"{CONDITION}{asked or ANY_MODEL}"
        if not read_sums(model.folder):
            raise _incomplete(model, condition, fault)
        put_aside(self.folder, model.name, fault)
        raise _was_put_aside(model, condition, fault)

    def version(self) -> str:
        """Changes when a model or a library changes: the same step would hear other words."""
        try:
            marks = [(model.name, model.size_bytes, _readable_mark(model)) for model in self.models()]
        except OSError:
            # The disk of the models is away: the program works on all else, and what hears is held.
            marks = []
        libraries = [f"{name} {version(name)}" for name in ("faster-whisper", "ctranslate2")]
        return f"{', '.join(libraries)}, models {hashlib.sha256(repr(marks).encode()).hexdigest()[:12]}"

    def _chosen(self, name: str, recording: Recording) -> Model:
        if is_path(name):
            return self._at(_expanded(name))
        models = {model.name: model for model in self.models()}
        if name not in ("", DEMO_VOICE):
            if name not in models:
                raise _no_model(name, self.folder)
            return models[name]
        if name == DEMO_VOICE and self._is_sample(recording) and DEMO_VOICE in models:
            return models[DEMO_VOICE]
        real = [model for model in models.values() if not model.is_demo_voice]
        if real:
            return real[0]
        if self._is_sample(recording) and DEMO_VOICE in models:
            return models[DEMO_VOICE]
        raise _no_model("", self.folder)

    def _at(self, folder: Path) -> Model:
        """A folder that a person named is never refused for being the demo voice, but it is still known as it."""
        if folder.suffix.lower() in MAY_CARRY_PROGRAMS:
            raise carries_programs(folder)
        if not folder.is_dir():
            raise _no_model(str(folder), self.folder)
        return Model(
            name=folder.name,
            folder=folder,
            size_bytes=_size(folder),
            is_demo_voice=_is_same_file(folder / "model.bin", self.demo_voice / "model.bin"),
        )

    def _demo_voice(self) -> Model:
        return Model(
            name=DEMO_VOICE, folder=self.demo_voice, size_bytes=_size(self.demo_voice), is_demo_voice=True
        )

    def _is_sample(self, recording: Recording) -> bool:
        return self.sample_meeting.is_file() and fingerprint_of(self.sample_meeting) == recording.fingerprint


def is_path(name: str) -> bool:
    """A model is named by a word, or by a folder: then the name has a separator or a drive."""
    return Path(name).is_absolute() or bool(re.search(r"[/\\]|^~|^\.", name))


def is_shown(folder: Path) -> bool:
    """Whether a folder on the shelf is meant to be a model; those that begin with a dot are our own affair."""
    return not folder.name.startswith(".") and (folder / WEIGHTS).is_file()


def _seen(folder: Path) -> Seen:
    """What changes when a file of the model changes: the inner time cannot be set back by a program."""
    told = ((path.name, path.stat()) for path in sorted(folder.iterdir()))
    return tuple(
        (f"{folder}/{name}", about.st_size, about.st_mtime_ns, about.st_ctime_ns) for name, about in told
    )


def _readable_mark(model: Model) -> str:
    """Nothing is heard with a model that cannot be read: it is another one as soon as it can."""
    try:
        return model.mark
    except OSError as error:
        return f"unreadable: {error.errno}"


def _incomplete(model: Model, condition: str, fault: str) -> NoModel:
    return NoModel(
        f"The speech model {model.name} is incomplete",
        condition=condition,
        hint="If it is still being copied, wait: the job goes on by itself. Otherwise get it again in Speech models"
        f" (or: vodstudio models get {model.name}).",
        detail=f"{model.folder}: {fault}",
        code="VS-MODEL-INCOMPLETE",
    )


def _went_away(model: Model, condition: str) -> NoModel:
    return NoModel(
        f"The speech model {model.name} went away while it was needed",
        condition=condition,
        hint="Connect its disk, or get it again in Speech models: the job goes on by itself, and words that were heard"
        " already are kept.",
        detail=str(model.folder),
        code="VS-MODEL-AWAY",
    )


def _was_put_aside(model: Model, condition: str, fault: str) -> NoModel:
    return NoModel(
        f"The speech model {model.name} is damaged and was put aside",
        condition=condition,
        hint="Get it again in Speech models: the job goes on by itself, and words that were heard already are kept."
        f" (Or: vodstudio models get {model.name}.)",
        detail=f"{model.folder}: {fault}",
        code="VS-MODEL-DAMAGED",
    )


def _no_model(name: str, folder: Path) -> NoModel:
    wanted = "Connect or copy that folder" if is_path(name) else "Get it in Speech models"
    deed = f"get {name or ADVISED}" if not name or known(name) else f"import FOLDER --name {name}"
    command = "" if is_path(name) else f" (Or: vodstudio models {deed}; models lie in {folder}.)"
    return NoModel(
        f"There is no speech model called {name}" if name else "No speech model",
        condition=f"{CONDITION}{name or ANY_MODEL}",
        hint=f"{wanted}: the job goes on by itself. The demo voice hears the sample meeting and nothing else.{command}",
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _is_same_file(one: Path, other: Path) -> bool:
    if not (one.is_file() and other.is_file()) or one.stat().st_size != other.stat().st_size:
        return False
    return one.samefile(other) or sha256_of(one) == sha256_of(other)


def _expanded(name: str) -> Path:
    return Path(name).expanduser()
