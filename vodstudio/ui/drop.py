"""What lies over the window while files are held above it: where they will go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from vodstudio.core.station import Station, city_of
from vodstudio.ui.theme import Theme, font
from vodstudio.ui.wording import many


def destination(station: Station, paths: Sequence[Path]) -> tuple[str, str]:
    """Where these go: a headline, and the city and preset as far as the names tell."""
    if len(paths) == 1:
        headline = f"Add {paths[0].name}"
    else:
        headline = f"Add {many(len(paths), 'file or folder', 'files and folders')}"
    cities = {city.id: city for path in paths if (city := city_of(station, path, path.stem))}
    is_each_known = all(city_of(station, path, path.stem) for path in paths)
    if len(cities) == 1 and is_each_known:
        city = next(iter(cities.values()))
        return headline, f"{city.name} · preset {station.preset_of(city.id).name}"
    if cities:
        return headline, f"{', '.join(city.name for city in cities.values())} · each with its own preset"
    return headline, f"Preset {station.preset_of(None).name} · the city is asked for later"


class DropOverlay(QWidget):
    """Covers the window."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        self.headline = ""
        self.second = ""
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme

    def say(self, headline: str, second: str) -> None:
        """Show it."""
        self.headline, self.second = headline, second
        self.setAccessibleName(f"{headline}. {second}")
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._theme.background)
        ground.setAlpha(226)
        painter.fillRect(self.rect(), ground)
        frame = QRectF(self.rect()).adjusted(18, 18, -18, -18)
        pen = QPen(QColor(self._theme.accent), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(self._theme.accent_tint))
        painter.setOpacity(0.85)
        painter.drawRoundedRect(frame, 14, 14)
        painter.setOpacity(1)
        painter.setPen(QColor(self._theme.text))
        painter.setFont(font(22, QFont.Weight.Bold))
        painter.drawText(frame.adjusted(20, -34, -20, -34), Qt.AlignmentFlag.AlignCenter, self.headline)
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(font(14, QFont.Weight.Medium))
        painter.drawText(frame.adjusted(20, 14, -20, 14), Qt.AlignmentFlag.AlignCenter, self.second)
        painter.drawText(
            frame.adjusted(20, 44, -20, 44),
            Qt.AlignmentFlag.AlignCenter,
            "Let go to add. The files stay where they are.",
        )
        painter.end()
