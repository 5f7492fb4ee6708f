"""An identical step has been done before: take its files after proving that they are still what they were."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from vodstudio.core.files import adopt, sha256_of, temporary_beside
from vodstudio.core.jobs import Output, StepResult


def reuse(result: StepResult, folder: Path) -> StepResult | None:
    """The same result with its own links or copies in `folder`; None when a file is gone or was changed."""
    taken: list[Output] = []
    for output in result.outputs:
        mine = _take(output, folder)
        if mine is None:
            return None
        taken.append(mine)
    return StepResult(outputs=tuple(taken), facts=result.facts, note=result.note)


def _take(output: Output, folder: Path) -> Output | None:
    final = folder / output.path.name
    try:
        if output.path.stat().st_size != output.size_bytes or sha256_of(output.path) != output.sha256:
            return None
        if final != output.path:
            _link_or_copy(output.path, final)
    except OSError:
        return None
    return replace(output, path=final)


def _link_or_copy(source: Path, final: Path) -> None:
    temporary = temporary_beside(final)
    try:
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)
        adopt(temporary, final)
    finally:
        # A rename onto another link of the same file does nothing and leaves both names.
        temporary.unlink(missing_ok=True)
