"""Speech models: which are here, whether they are whole, and which one may hear a recording."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from vodstudio.core.errors import NeedsUser, NoModel
from vodstudio.core.files import sha256_of
from vodstudio.core.recording import Recording, fingerprint_of
from vodstudio.core.station import SpeechSettings
from vodstudio.workers.source import reading

DEMO_VOICE = "demo-voice"
ANY_MODEL = "any"
CONDITION = "model:"
CHECKSUMS = "SHA256SUMS"
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_MAY_CARRY_PROGRAMS = frozenset({".pt", ".pth", ".pkl", ".pickle", ".ckpt"})
_LARGEST_NAME = 256


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

    def models(self) -> list[Model]:
        """Each folder that looks like a model, largest first, then the demo voice."""
        found = [
            Model(name=folder.name, folder=folder, size_bytes=_size(folder))
            for folder in (sorted(self.folder.iterdir()) if self.folder.is_dir() else ())
            if (folder / "model.bin").is_file()
        ]
        found.sort(key=lambda model: (-model.size_bytes, model.name))
        return found + ([self._demo_voice()] if (self.demo_voice / "model.bin").is_file() else [])

    def choose(self, settings: SpeechSettings, recording: Recording) -> Model:
        """The model for this recording, whole and checked; raises NoModel when there is none."""
        with reading(self.folder):
            model = self._chosen(settings.model, recording)
        with reading(model.folder):
            check(model.folder)
        return model

    def has(self, name: str) -> bool:
        """Whether a step that waits for `model:<name>` may go on."""
        if name == ANY_MODEL:
            return any(not model.is_demo_voice for model in self.models())
        return any(model.name == name for model in self.models()) or (
            is_path(name) and (_expanded(name) / "model.bin").is_file()
        )

    def version(self) -> str:
        """Changes when a model or a library changes: the same step would hear other words."""
        marks = [(model.name, model.size_bytes, model.mark) for model in self.models()]
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
        if folder.suffix.lower() in _MAY_CARRY_PROGRAMS:
            raise _carries_programs(folder)
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


def check(folder: Path) -> None:
    """Refuse a model that is not whole, not ours to load, or not what its checksums say (E05, E07)."""
    dangerous = [path for path in folder.iterdir() if path.suffix.lower() in _MAY_CARRY_PROGRAMS]
    if dangerous:
        raise _carries_programs(dangerous[0])
    missing = [name for name in _NEEDED if not _has_content(folder / name)]
    if missing:
        raise _broken(folder, f"{missing[0]} is missing or empty")
    if not (list(folder.glob("vocabulary.*"))):
        raise _broken(folder, "vocabulary.json is missing")
    spec = _specification(folder / "model.bin")
    if spec != "WhisperSpec":
        raise _broken(folder, f"model.bin is not a CTranslate2 Whisper model (it says {spec!r})")
    _check_sums(folder)


def _check_sums(folder: Path) -> None:
    sums = folder / CHECKSUMS
    for line in sums.read_text("utf-8").splitlines() if sums.is_file() else ():
        wanted, _, name = line.partition("  ")
        path = folder / Path(name).name
        if not path.is_file() or sha256_of(path) != wanted:
            raise _broken(folder, f"{path.name} is not what {CHECKSUMS} says")


def _specification(path: Path) -> str:
    """The name at the head of model.bin: a version, a length, and the name of what it is."""
    with path.open("rb") as file:
        head = file.read(6)
        if len(head) < 6:
            return ""
        _, length = struct.unpack("<IH", head)
        name = file.read(min(length, _LARGEST_NAME))
    return name.rstrip(b"\0").decode("ascii", "replace")


def _broken(folder: Path, detail: str) -> NeedsUser:
    return NeedsUser(
        f"The speech model {folder.name} is damaged or incomplete",
        hint="Copy or download the model again, then press Retry. Words that were heard already are kept.",
        detail=f"{folder}: {detail}",
        code="VS-MODEL-BROKEN",
    )


def _carries_programs(path: Path) -> NeedsUser:
    return NeedsUser(
        f"{path.name} is a kind of file that can carry programs, so it is not opened",
        hint="Use a Whisper model in CTranslate2 form: a folder with model.bin, config.json and tokenizer.json.",
        detail=str(path),
        code="VS-MODEL-UNSAFE",
    )


def _no_model(name: str, folder: Path) -> NoModel:
    return NoModel(
        f"There is no speech model called {name}" if name else "No speech model",
        condition=f"{CONDITION}{name or ANY_MODEL}",
        hint=f"Put the folder of a CTranslate2 Whisper model into {folder}, or name one in the preset. The job goes"
        " on by itself. The demo voice hears the sample meeting and nothing else.",
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _is_same_file(one: Path, other: Path) -> bool:
    if not (one.is_file() and other.is_file()) or one.stat().st_size != other.stat().st_size:
        return False
    return one.samefile(other) or sha256_of(one) == sha256_of(other)


def _expanded(name: str) -> Path:
    return Path(name).expanduser()
