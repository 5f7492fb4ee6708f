"""The speech engine: where its model lies, how it is loaded, and how its sampling can be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where the model lies and how it is loaded."""

    folder: Path
    device: str = "cpu"
    index: int = 0
    compute_type: str = "int8"
    threads: int = 1


class _SeededModel:
    """The engine, loaded anew with a seed before the first sampling of a window.

    WORKAROUND each thread of the engine takes the seed once in its life:
    https://github.com/OpenNMT/CTranslate2/issues/1757. Remove when a new seed is honoured.
    """

    def __init__(self, engine: Engine, model: Any) -> None:
        self._engine = engine
        self._seed: int | None = None
        self._model = model

    def _loaded(self) -> Any:
        import ctranslate2

        return ctranslate2.models.Whisper(
            str(self._engine.folder),
            device=self._engine.device,
            device_index=self._engine.index,
            compute_type=self._engine.compute_type,
            intra_threads=self._engine.threads,
        )

    def begin_window(self, seed: int) -> None:
        """The seed for whatever this window samples."""
        self._seed = seed

    def generate(self, *arguments: Any, **options: Any) -> Any:
        """As the engine's; the first sampling after `begin_window` starts from its seed."""
        if options.get("sampling_temperature") and self._seed is not None:
            import ctranslate2

            ctranslate2.set_random_seed(self._seed)
            self._seed = None
            self._model = None
            self._model = self._loaded()
        return self._model.generate(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def load(engine: Engine) -> Any:
    """The library's model over an engine whose sampling can be repeated."""
    from faster_whisper import WhisperModel

    model = WhisperModel(
        str(engine.folder),
        device=engine.device,
        device_index=engine.index,
        compute_type=engine.compute_type,
        cpu_threads=engine.threads,
        local_files_only=True,
    )
    model.model = _SeededModel(engine, model.model)
    return model


def compute_type(wanted: str, device: str, supported: set[str]) -> str:
    """The form of the numbers: what was asked for if it works here, else the fastest that keeps the words."""
    asked = () if wanted == "default" else (wanted,)
    last = ("int8", "float32")
    return next((kind for kind in (*asked, *usual_types(device), *last) if kind in supported), "default")


def usual_types(device: str) -> tuple[str, ...]:
    """The forms of numbers that are fast on a device and keep the words, the usual one first."""
    return ("int8", "float32") if device == "cpu" else ("float16", "int8_float16")
