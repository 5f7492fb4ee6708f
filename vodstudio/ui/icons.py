"""Icons of our own drawing, tinted with a colour of the theme and kept."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from vodstudio.paths import resource


@lru_cache(maxsize=64)
def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text("utf8")


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, px: int, ratio: float = 1.0) -> QPixmap:
    """The icon at this size and colour, sharp on a dense screen."""
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    made = QPixmap(round(px * ratio), round(px * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, px, px))
    painter.end()
    return made


def icon(name: str, colour: str, px: int = 16, disabled: str = "") -> QIcon:
    """The icon for a button or a menu."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(pixmap(name, colour, px, ratio))
        if disabled:
            made.addPixmap(pixmap(name, disabled, px, ratio), QIcon.Mode.Disabled)
    return made
