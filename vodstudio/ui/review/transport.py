"""Under the picture: play, where we are, how fast, and what cannot be played."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from vodstudio.ui import icons
from vodstudio.ui.parts import button, label
from vodstudio.ui.review.actions import ReviewActions
from vodstudio.ui.review.player import SPEEDS, Player
from vodstudio.ui.review.stamps import stamp
from vodstudio.ui.theme import Theme
from vodstudio.ui.wording import TIMES


class Transport(QWidget):
    """Buttons that are the same actions as the keys."""

    def __init__(self, player: Player, actions: ReviewActions, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._player = player
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(6)
        column.addLayout(row)
        self.hint = label("", "small", self, wraps=True)
        self.hint.hide()
        column.addWidget(self.hint)
        self.play = button("Play", self, tip=actions.tip("play"))
        self.play.setIconSize(QSize(14, 14))
        self.play.setMinimumWidth(84)
        self.play.clicked.connect(actions["play"].trigger)
        self.line = button("Play caption", self, tip=actions.tip("play_line"))
        self.line.clicked.connect(actions["play_line"].trigger)
        self.loop = button("Repeat", self, tip=actions.tip("loop"))
        self.loop.setCheckable(True)
        self.loop.clicked.connect(actions["loop"].trigger)
        self.speed = self._speeds(actions)
        self.place = label("", "muted", self)
        for widget in (self.play, self.line, self.loop, self.speed):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.place)
        player.playing_changed.connect(self._on_playing_changed)
        player.speed_changed.connect(self._on_speed_changed)
        self.set_theme(theme)

    def _speeds(self, actions: ReviewActions) -> QComboBox:
        made = QComboBox(self)
        made.setAccessibleName("Speed")
        made.setToolTip(f"{actions.tip('slower')}, {actions.tip('faster')}, {actions.tip('normal')}")
        for speed in SPEEDS:
            made.addItem(f"{speed:g}{TIMES}", speed)
        made.setCurrentIndex(SPEEDS.index(1.0))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.activated.connect(self._on_speed_chosen)
        return made

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in these colours."""
        self._theme = theme
        self._on_playing_changed(self._player.is_playing)

    def show_place(self, at_s: float) -> None:
        """Where the play head is."""
        self.place.setText(stamp(at_s))

    def say(self, words: str) -> None:
        """What cannot be played."""
        self.hint.setText(words)
        self.hint.setVisible(bool(words))

    def _on_playing_changed(self, is_playing: bool) -> None:
        self.play.setText("Pause" if is_playing else "Play")
        self.play.setIcon(icons.icon("pause" if is_playing else "play", self._theme.text))

    def _on_speed_chosen(self, place: int) -> None:
        self._player.set_speed(SPEEDS[place])

    def _on_speed_changed(self, speed: float) -> None:
        self.speed.setCurrentIndex(SPEEDS.index(speed))
