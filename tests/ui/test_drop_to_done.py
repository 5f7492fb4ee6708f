"""The main job in the real window: a file is dropped on it, and it is on demand with its captions."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.ui.test_session import Scene, play
from vodstudio import paths
from vodstudio.core.jobs import JobState
from vodstudio.demo.station import write_sample_station
from vodstudio.ui.queue.face import Face
from vodstudio.ui.queue.model import QueueModel, Role
from vodstudio.ui.queue.words import WordsTab

Run = Callable[..., Any]


def drop(window: QWidget, path: Path) -> None:
    """A real drop: enter, then let go."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place, buttons, keys = QPoint(600, 500), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, buttons, keys))


def faces(model: QueueModel) -> list[Face]:
    """The rows as they are shown, without headings."""
    found = [model.index(place, 0).data(Role.FACE) for place in range(model.rowCount())]
    return [face for face in found if isinstance(face, Face)]


def shown_in(panel: QWidget) -> list[str]:
    """The words of its visible labels."""
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def test_a_file_that_is_dropped_on_the_window_reaches_done(qapp: QApplication, run: Run) -> None:
    """Everything behind it is real: the lanes, FFmpeg, the speech model, the practice server."""
    sample = write_sample_station(paths.places(os.environ))

    async def acts(scene: Scene) -> None:
        await scene.until(scene.is_open)
        drop(scene.window, sample.deliver)
        work = scene.session.workplace
        assert work is not None
        model = work.queue.model
        work.queue.details.tabs.choose(1)
        words = work.queue.details.findChild(WordsTab)
        assert isinstance(words, WordsTab)
        await scene.until(lambda: words.model.rowCount() > 0)
        assert any(text.startswith("Hearing · ") for text in shown_in(words))
        await scene.until(lambda: any(face.headline.startswith("On demand") for face in faces(model)))
        await scene.until(lambda: any("model demo" in text for text in shown_in(words)))
        assert any(text.startswith("Processor") for text in shown_in(words))
        text = " ".join(passage.text for passage in words.model.passages).lower()
        assert "council" in text
        assert len(text.split()) > 150
        (face,) = faces(model)
        assert face.title == "Lake Elmo City Council"
        assert face.progress is None
        await scene.until(lambda: work.counts.of(JobState.DONE) == 1)

    run(play(qapp, acts), 150)
