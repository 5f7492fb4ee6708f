"""What makes a folder a whole speech model: its files, the walk through its weights, and its checksums."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from vodstudio.core.errors import NeedsUser
from vodstudio.core.files import sha256_of, write_atomically

WEIGHTS = "model.bin"
CHECKSUMS = "SHA256SUMS"
NEEDED = (WEIGHTS, "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
WANTED = (*NEEDED, "preprocessor_config.json", *VOCABULARIES)
MAY_CARRY_PROGRAMS = frozenset({".pt", ".pth", ".pkl", ".pickle", ".ckpt"})
_OTHER_KINDS = ("pytorch_model.bin", "model.safetensors", "ggml-model.bin")
_SPECIFICATION = "WhisperSpec"
_LARGEST_NAME = 256
_MOST_VARIABLES = 20_000
_MOST_DIMENSIONS = 8


def is_there(folder: Path) -> bool:
    """Whether the weights of a model lie there now; a disk that does not answer has none."""
    try:
        return (folder / WEIGHTS).is_file()
    except OSError:
        return False


def never_stop() -> None:
    """For who has no reason to stop."""


def prove(folder: Path, check: Callable[[], None] = never_stop) -> None:
    """Refuse a model that is not whole, not ours to load, or not what its checksums say (E05, E07)."""
    refuse_programs(folder)
    if not (folder / WEIGHTS).is_file():
        raise no_weights(folder)
    fault = fault_of_shape(folder) or fault_of_content(folder, check)
    if fault:
        raise broken(folder, fault)


def fault_of_shape(folder: Path) -> str:
    """What is missing, or nothing: the files are there, and the weights go to their last byte; reads little."""
    missing = [name for name in NEEDED if not _has_content(folder / name)]
    if missing:
        return f"{missing[0]} is missing or empty"
    if not any(_has_content(folder / name) for name in VOCABULARIES):
        return f"{VOCABULARIES[0]} is missing"
    fault = fault_of_weights(folder / WEIGHTS)
    return f"{WEIGHTS} {fault}" if fault else ""


def fault_of_content(folder: Path, check: Callable[[], None] = never_stop) -> str:
    """Which file is not what the list of checksums says, or nothing; reads everything."""
    for name, wanted in read_sums(folder).items():
        path = folder / name
        if not path.is_file() or sha256_of(path, check) != wanted:
            return f"{name} is not what {CHECKSUMS} says"
    return ""


def refuse_programs(folder: Path) -> None:
    """A kind of file that can carry programs is never opened, nor is what lies beside it."""
    dangerous = sorted(path for path in folder.iterdir() if path.suffix.lower() in MAY_CARRY_PROGRAMS)
    if dangerous:
        raise carries_programs(dangerous[0])


def fault_of_weights(path: Path) -> str:
    """What is wrong with the weights: their names and lengths are followed from the first byte to the last."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            return _walk(file, size)
    except (struct.error, UnicodeDecodeError):
        return "is incomplete"


def _walk(file: BinaryIO, size: int) -> str:
    _number(file, "<I")
    name = _string(file)
    if name != _SPECIFICATION:
        return f"is not a CTranslate2 Whisper model (it says {name!r})"
    _number(file, "<I")
    count = _number(file, "<I")
    if count > _MOST_VARIABLES:
        return "is damaged"
    for _ in range(count):
        _string(file)
        dimensions = _number(file, "<B")
        if dimensions > _MOST_DIMENSIONS:
            return "is damaged"
        file.seek(4 * dimensions + 1, os.SEEK_CUR)
        file.seek(_number(file, "<I"), os.SEEK_CUR)
        if file.tell() > size:
            return "is incomplete"
    for _ in range(min(_number(file, "<I"), _MOST_VARIABLES)):
        _string(file)
        _string(file)
    return "" if file.tell() == size else "is damaged: there is more in it than it says"


def _number(file: BinaryIO, kind: str) -> int:
    value: int = struct.unpack(kind, file.read(struct.calcsize(kind)))[0]
    return value


def _string(file: BinaryIO) -> str:
    length = _number(file, "<H")
    text = file.read(length)
    if len(text) < length:
        raise struct.error
    return text[:_LARGEST_NAME].rstrip(b"\0").decode("utf-8")


def read_sums(folder: Path) -> Mapping[str, str]:
    """File name to digest; nothing when the folder has no list. Names never lead out of the folder."""
    path = folder / CHECKSUMS
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    pairs = [line.partition("  ") for line in lines if line.strip()]
    return {Path(name).name: digest for digest, _, name in pairs}


def write_sums(folder: Path, sums: Mapping[str, str]) -> None:
    """The list by which `prove` knows the files again; other programs read the same form."""
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    write_atomically(folder / CHECKSUMS, text.encode())


def git_digest(path: Path) -> str:
    """The name that git gives to a small file with this content: how the hub names those it keeps whole."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def broken(folder: Path, detail: str) -> NeedsUser:
    """For whatever is not whole."""
    return NeedsUser(
        f"The speech model {folder.name} is damaged or incomplete",
        hint="Get the model again or copy it again, then press Retry. Words that were heard already are kept.",
        detail=f"{folder}: {detail}",
        code="VS-MODEL-BROKEN",
    )


def carries_programs(path: Path) -> NeedsUser:
    """For what is refused unopened."""
    return NeedsUser(
        f"{path.name} is a kind of file that can carry programs, so it is not opened",
        hint="Use a Whisper model in CTranslate2 form: a folder with model.bin, config.json and tokenizer.json.",
        detail=str(path),
        code="VS-MODEL-UNSAFE",
    )


def no_weights(folder: Path) -> NeedsUser:
    """For a folder that is something else."""
    other = next((name for name in _OTHER_KINDS if (folder / name).is_file()), None)
    if other:
        return NeedsUser(
            f"This is a speech model of another kind ({other})",
            hint="Use a Whisper model in CTranslate2 form: a folder with model.bin, config.json and tokenizer.json."
            " Nothing was changed.",
            detail=str(folder),
            code="VS-MODEL-OTHER-KIND",
        )
    return NeedsUser(
        f"This folder holds no speech model: {WEIGHTS} is missing",
        hint="Choose the folder that has model.bin, config.json and tokenizer.json in it. Nothing was changed.",
        detail=str(folder),
        code="VS-NO-MODEL-HERE",
    )


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
