"""What each test of the review window needs: a stage with one job, and a person at its window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.review_desk import Build, Desk, Run, stages
from tests.ui.review_kit import ReviewStage


@pytest.fixture
def build(qapp: QApplication, run: Run, tmp_path: Path) -> Iterator[Build]:
    """Stages with one job each; they are closed at the end."""
    yield from stages(qapp, run, tmp_path)


@pytest.fixture
def stage(build: Build) -> ReviewStage:
    """The sample meeting, heard and captioned."""
    return build()


@pytest.fixture
def desk(stage: ReviewStage, run: Run) -> Desk:
    """Its window, checked once."""
    return Desk(stage, run)
