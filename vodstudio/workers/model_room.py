"""The models of this computer for whoever manages them: what can be had, what is here, and bringing it in a child."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vodstudio.core.errors import ChildCrashed, Conflict, NotFound, VodError
from vodstudio.core.files import writing
from vodstudio.core.models import (
    MODELS,
    Languages,
    Machine,
    ModelName,
    ModelRow,
    Standing,
    known,
    memory_needed,
    recommended,
    why_not,
)
from vodstudio.workers.model_aside import forget_aside, put_aside, put_aside_already
from vodstudio.workers.model_file import CHECKSUMS, fault_of_content, fault_of_shape
from vodstudio.workers.model_hub import HUB
from vodstudio.workers.model_place import coming, forget_coming
from vodstudio.workers.models import Model, Shelf
from vodstudio.workers.process import Child, Children, Command, child_command, finished
from vodstudio.workers.wire import error_of_wire, said_by

SILENCE_S = 600.0
_CARD_ANSWERS_WITHIN_S = 10.0

Told = Callable[[int, int, str], None]
Check = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRoom:
    """What the service of models works with; every call may take its time, so none belongs on the loop."""

    shelf: Shelf
    children: Children
    hub: str = HUB
    speed: Callable[[Model], float | None] = lambda model: None

    def machine(self) -> Machine:
        """This computer, as far as models care."""
        import psutil

        cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
        return Machine(
            memory_bytes=psutil.virtual_memory().total,
            cores=cores,
            free_bytes=shutil.disk_usage(self._existing()).free,
            card_bytes=self._card_bytes(),
        )

    def rows(self) -> list[ModelRow]:
        """The list in its order, then what else is here."""
        machine = self.machine()
        here = {model.name: model for model in self.shelf.models()}
        arrived, aside = coming(self.shelf.folder), put_aside_already(self.shelf.folder)
        best = recommended(machine, here)
        names = [*(model.name for model in MODELS), *here, *arrived, *aside]
        rows = []
        for name in dict.fromkeys(names):
            row = self._row(str(name), here.get(name), machine)
            if row.standing is Standing.ABSENT and name in arrived:
                row = dataclasses.replace(row, standing=Standing.PARTLY, arrived_bytes=arrived[name])
            elif row.standing is Standing.ABSENT and name in aside:
                row = dataclasses.replace(row, standing=Standing.DAMAGED, why=aside[name])
            rows.append(dataclasses.replace(row, is_recommended=name == best.name))
        return rows

    def get(self, name: str, check: Check, told: Told) -> Path:
        """Bring it from the hub; one that is here and whole is left as it is."""
        model = known(name)
        if model is None:
            raise NotFound(
                f"There is no speech model called {name} in the list",
                hint="Type `vodstudio models list` to see the list, or name one of the hub as OWNER/NAME. Nothing was changed.",
                code="VS-UNKNOWN-MODEL",
            )
        folder = self.shelf.folder / model.name
        if folder.exists():
            fault = fault_of_shape(folder) or fault_of_content(folder, check)
            if not fault:
                return folder
            put_aside(self.shelf.folder, model.name, fault)
        request = {"verb": "get", "model": dataclasses.asdict(model), "hub": self.hub}
        return self._came(self._asked(request, check, told))

    def bring(self, folder: Path, name: str, check: Check, told: Told) -> Path:
        """Copy one from a folder."""
        request = {"verb": "bring", "folder": str(folder.absolute()), "name": name}
        return self._came(self._asked(request, check, told))

    def remove(self, name: str) -> None:
        """Delete a model, what has arrived of it and what was put aside; the demo voice stays."""
        folder = self.shelf.folder / name
        is_ours = bool(name) and folder.parent == self.shelf.folder and not name.startswith(".")
        rests = name in {*coming(self.shelf.folder), *put_aside_already(self.shelf.folder)}
        if not is_ours or not (folder.is_dir() or rests):
            raise NotFound(
                f"There is no speech model called {name} here",
                hint="Type `vodstudio models list` to see what is here. Nothing was changed.",
                code="VS-UNKNOWN-MODEL",
            )
        if folder.is_symlink():
            raise Conflict(
                f"{name} is a link to another folder",
                hint=f"Remove the link {folder} by hand if you want to. Nothing was changed.",
                code="VS-MODEL-LINK",
            )
        if folder.is_dir():
            with writing(folder):
                put_aside(
                    self.shelf.folder, name, "removed"
                )  # gone at once, whatever happens while it is deleted
        forget_aside(self.shelf.folder, name)
        forget_coming(self.shelf.folder, name)

    def _came(self, folder: Path) -> Path:
        forget_aside(self.shelf.folder, folder.name)
        return folder

    def _row(self, name: str, model: Model | None, machine: Machine) -> ModelRow:
        listed = next((each for each in MODELS if each.name == name), None)
        size = model.size_bytes if model else listed.size_bytes if listed else 0
        languages = listed.languages if listed else _languages_of(model.folder) if model else None
        fault = fault_of_shape(model.folder) if model else ""
        return ModelRow(
            name=ModelName(name),
            size_bytes=size,
            languages=languages,
            about=listed.about if listed else _about(model),
            standing=_standing(model, fault),
            why=fault,
            memory_bytes=memory_needed(size, on_card=machine.card_bytes is not None),
            why_not=why_not(size, machine, is_here=model is not None),
            speed=self.speed(model) if model and not fault else None,
            is_listed=listed is not None,
            is_demo_voice=model is not None and model.is_demo_voice,
        )

    def _asked(self, request: Mapping[str, object], check: Check, told: Told) -> Path:
        self.shelf.folder.mkdir(parents=True, exist_ok=True)
        command = Command(argv=child_command("models"), is_ours=True, has_input=True)
        with self.children.running(command, grace_s=1.0) as child:
            child.send(json.dumps({**request, "shelf": str(self.shelf.folder)}))
            answer = _answer(child, check, told)
        if "error" in answer:
            raise error_of_wire(answer["error"])
        return Path(str(answer["result"]))

    def _existing(self) -> Path:
        folder = self.shelf.folder
        return folder if folder.is_dir() else next(p for p in folder.parents if p.is_dir())

    def _card_bytes(self) -> int | None:
        """The memory of the largest NVIDIA card; None when there is none, or it does not say."""
        tool = shutil.which("nvidia-smi")
        if tool is None:
            return None
        question = ("--query-gpu=memory.total", "--format=csv,noheader,nounits")
        try:
            with self.children.running(Command(argv=(tool, *question)), grace_s=0.5) as child:
                _, text = finished(child, _CARD_ANSWERS_WITHIN_S)
        except VodError:
            return None
        sizes = [int(line) for line in text.split() if line.isdecimal()]
        return max(sizes) * 1024**2 if sizes else None


def _answer(child: Child, check: Check, told: Told) -> Mapping[str, Any]:
    with contextlib.suppress(TimeoutError):
        for body in said_by(child, check, SILENCE_S):
            if "done" not in body:
                return body
            told(int(body["done"]), int(body["total"]), str(body["note"]))
    raise ChildCrashed(
        "The part of the program that brings speech models ended by itself",
        hint="What has arrived is kept. Try again.",
        detail=child.errors(),
    )


def _standing(model: Model | None, fault: str) -> Standing:
    if model is None:
        return Standing.ABSENT
    return Standing.INCOMPLETE if fault else Standing.HERE


def _about(model: Model | None) -> str:
    if model is None:
        return ""
    if model.is_demo_voice:
        return "knows the sample meeting and nothing else"
    is_checked = (model.folder / CHECKSUMS).is_file()
    return "your own" if is_checked else "your own; copied by hand, without checksums"


def _languages_of(folder: Path) -> Languages | None:
    """The suffix `.en` is the only sign that every model carries."""
    return Languages.ENGLISH if folder.name.endswith(".en") else None
