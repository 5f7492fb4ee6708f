"""Pictures of recordings: read and made small off the main thread, kept for the rows that are seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPainterPath, QPixmap

from vodstudio.core.jobs import JobId
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.queue.face import Face

MOST_KEPT = 400


class Stills:
    """Asks for each picture once; a picture that cannot be read stays blank."""

    def __init__(self, size: QSize, coroutines: Coroutines, came: Callable[[JobId], None]) -> None:
        self._size = size
        self._coroutines = coroutines
        self._came = came
        self._kept: dict[Path, QPixmap | None] = {}

    def of(self, face: Face) -> QPixmap | None:
        """The picture, when it is here; else it comes later."""
        path = face.still
        if path is None:
            return None
        if path not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[path] = None
            self._coroutines.start(self._read(path, face.job_id))
        return self._kept[path]

    async def _read(self, path: Path, job_id: JobId) -> None:
        from asyncio import get_running_loop

        image = await get_running_loop().run_in_executor(None, read_small, path, self._size * 2)
        if image is not None:
            self._kept[path] = _rounded(image, self._size)
            self._came(job_id)


def read_small(path: Path, size: QSize) -> QImage | None:
    """The picture at this size, cut to fill it. Runs off the main thread."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    whole = reader.size()
    if whole.isValid():
        reader.setScaledSize(whole.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    if image.isNull():
        return None
    left, top = (image.width() - size.width()) // 2, (image.height() - size.height()) // 2
    return image.copy(max(0, left), max(0, top), size.width(), size.height())


def _rounded(image: QImage, size: QSize) -> QPixmap:
    made = QPixmap(size * 2)
    made.setDevicePixelRatio(2.0)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(0, 0, size.width(), size.height()), 4, 4)
    painter.setClipPath(shape)
    painter.drawImage(QRectF(0, 0, size.width(), size.height()), image)
    painter.end()
    return made
