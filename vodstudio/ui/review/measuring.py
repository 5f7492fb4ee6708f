"""Measure accuracy: the chosen minutes one after the other, to be heard and corrected, and what that says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from vodstudio.ui.parts import button, label
from vodstudio.ui.review.listening import JUMP_S
from vodstudio.ui.review.stamps import stamp
from vodstudio.ui.wording import many

if TYPE_CHECKING:
    from vodstudio.core.jobs import JobId
    from vodstudio.core.measured import Measured
    from vodstudio.core.station import CityId
    from vodstudio.services.measuring import Measurement
    from vodstudio.ui.review.player import Player
    from vodstudio.ui.review.window import ReviewWindow

DRAFT_AFTER_MS = 1000
EXPLAINED = (
    "Listen, and correct the words so that they are what is said. Capitals, commas and points do not count. "
    "A sample is kept when you confirm it; you may stop at any time and go on another day."
)
CUT_OFF = "The video does not show this part of the recording, so it cannot be played here."


class MeasuringService(Protocol):
    """`services.measuring.Measuring`."""

    async def begin(self, job_id: JobId) -> Measurement: ...
    async def draft(self, measurement: Measurement, place: int, text: str) -> Measurement: ...
    async def keep(self, measurement: Measurement, place: int, text: str) -> Measurement: ...
    async def of_city(self, city_id: CityId | None, model: str) -> Measured | None: ...


class AccuracyDeed(QObject):
    """The entry of the menu."""

    def __init__(self, window: ReviewWindow) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: MinutesDialog | None = None
        window.actions_["measure"].triggered.connect(self._on_measure_chosen)

    def _on_measure_chosen(self) -> None:
        if self.dialog is None:
            self._window.coroutines.start(self._begin(), group="measure")

    async def _begin(self) -> None:
        window = self._window
        measurement = await window.reviewing.measuring.begin(window.review.job.id)
        _hush(window.player)
        self.dialog = dialog = MinutesDialog(window, measurement)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


class MinutesDialog(QDialog):
    """One minute at a time; what is typed is noted every second."""

    def __init__(self, window: ReviewWindow, measurement: Measurement) -> None:
        super().__init__(window)
        self._window, self._player = window, window.player
        self._service = window.reviewing.measuring
        self.measurement = measurement
        self.place = 0
        self.is_busy = False
        self._noted = ""
        self.setWindowTitle("Measure accuracy")
        self.setMinimumSize(760, 460)
        self._build()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(DRAFT_AFTER_MS)
        self._soon.timeout.connect(self._note)
        self.text.textChanged.connect(self._soon.start)
        self._player.playing_changed.connect(self._show_playing)
        self.finished.connect(self._on_finished)
        last = len(measurement.minutes) - 1
        self._go_to(min(measurement.next_place, last))
        if measurement.found is not None:
            window.coroutines.start(self._show_result())

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 22, 26, 20)
        column.setSpacing(8)
        self.title = label("", "title", self)
        self.words = label(EXPLAINED, "muted", self, wraps=True)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName("Words of this sample")
        self.text.setTabChangesFocus(True)
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addWidget(self.text, 1)
        self.room = QWidget(self)
        column.addWidget(self.room, 1)
        column.addLayout(self._build_hearing())
        column.addSpacing(8)
        column.addLayout(self._build_answers())

    def _build_hearing(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.play = button("Play this sample", self, tip="Play it from its beginning (F5)")
        self.pause = button("Pause", self, tip="Pause, or play on (Ctrl+Space)")
        self.back = button("2 seconds back", self, tip="Hear it again (Alt+Left)")
        self.heard = label("", "small", self, wraps=True)
        for made, keys, slot in (
            (self.play, "F5", self._on_play_pressed),
            (self.pause, "Ctrl+Space", self._player.toggle),
            (self.back, "Alt+Left", self._on_back_pressed),
        ):
            made.clicked.connect(slot)
            QShortcut(QKeySequence(keys), self).activated.connect(made.click)
            made.setAutoDefault(False)
            row.addWidget(made)
        row.addWidget(self.heard, 1)
        return row

    def _build_answers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.confirm = button(
            "These are the words", self, role="primary", tip="Keep this sample (Ctrl+Enter)"
        )
        self.before = button("The sample before", self)
        self.later = button("Not now", self, tip="What is confirmed and typed stays (Escape)")
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.confirm.click)
        self.confirm.clicked.connect(self._on_confirm_pressed)
        self.before.clicked.connect(self._on_before_pressed)
        self.later.clicked.connect(self.reject)
        for made in (self.confirm, self.before, self.later):
            made.setAutoDefault(False)
            row.addWidget(made)
        row.addStretch(1)
        return row

    def _go_to(self, place: int) -> None:
        self._note()
        self.place = place
        minute, count = self.measurement.minutes[place], len(self.measurement.minutes)
        start_s, end_s = self._part()
        self.title.setText(f"Sample {place + 1} of {count}, {stamp(start_s)[:-4]} to {stamp(end_s)[:-4]}")
        self.words.setText(EXPLAINED)
        self._noted = minute.draft or (minute.heard if minute.kept is None else minute.kept)
        self.text.setPlainText(self._noted)
        self._soon.stop()
        self._show_editing(True)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _part(self) -> tuple[float, float]:
        """This minute with the clock of the video."""
        minute, in_point_s = self.measurement.minutes[self.place], self._window.review.video.in_point_s
        return max(0.0, minute.start_s - in_point_s), max(0.0, minute.end_s - in_point_s)

    def _show_editing(self, is_editing: bool) -> None:
        """The minute with its buttons, or the result without them."""
        start_s, end_s = self._part()
        is_shown = start_s < end_s and start_s < (self._window.review.video.duration_s or end_s)
        for made in (self.play, self.pause, self.back):
            made.setVisible(is_editing)
            made.setEnabled(is_shown)
        self.heard.setText("" if is_shown or not is_editing else CUT_OFF)
        self.text.setVisible(is_editing)
        self.room.setVisible(not is_editing)
        self.confirm.setVisible(is_editing)
        self.before.setText("The sample before" if is_editing else "Look at the samples again")
        self.before.setEnabled(not is_editing or self.place > 0)
        self.later.setText("Not now" if is_editing else "Close")
        self._show_playing(self._player.is_playing)

    def _show_playing(self, is_playing: bool) -> None:
        self.pause.setText("Pause" if is_playing else "Play on")

    def _on_play_pressed(self) -> None:
        self._player.play_part(*self._part())

    def _on_back_pressed(self) -> None:
        start_s, end_s = self._part()
        self._player.play_part(min(max(start_s, self._player.at_s - JUMP_S), end_s), end_s)

    def _on_before_pressed(self) -> None:
        self._go_to(self.place - 1 if self.text.isVisible() else 0)

    def _on_confirm_pressed(self) -> None:
        if not self.is_busy:
            self.is_busy = True
            self._window.coroutines.start(self._keep(self.place, self.text.toPlainText()))

    async def _keep(self, place: int, text: str) -> None:
        """Returns to the same minute when it cannot be kept: the reason is shown, and what was typed stays."""
        try:
            self.measurement = await self._service.keep(self.measurement, place, text)
        finally:
            self.is_busy = False
        self._noted = text
        count = len(self.measurement.minutes)
        if place + 1 < count and self.measurement.found is None:
            self._go_to(self.measurement.next_place)
        elif place + 1 < count:
            self._go_to(place + 1)
        else:
            await self._show_result()

    async def _show_result(self) -> None:
        """In plain words, with how much it rests on, and no more."""
        review, model = self._window.review, self.measurement.model
        found = self.measurement.found
        if found is None:
            self._go_to(self.measurement.next_place)
            return
        city = await self._service.of_city(review.job.city_id, model)
        told = [
            f"{found.sentence}.",
            f"This is a measurement of {many(found.words, 'word')} of this recording, and no more.",
        ]
        if city is not None:
            name = self._window.reviewing.city_name(review) or str(review.job.city_id)
            told.append(f"{name} with the model {model}, all that was measured: {city.sentence}.")
            told.append("The next check reports of this city say so.")
        _hush(self._player)
        self.title.setText("Measured")
        self.words.setText("\n\n".join(told))
        self._show_editing(False)
        self.later.setFocus(Qt.FocusReason.OtherFocusReason)

    def _note(self) -> None:
        """What is typed and not confirmed survives closing and a crash."""
        self._soon.stop()
        text = self.text.toPlainText()
        if text != self._noted:
            self._noted = text
            self._window.coroutines.start(self._draft(self.place, text))

    async def _draft(self, place: int, text: str) -> None:
        drafted = await self._service.draft(self.measurement, place, text)
        if self.measurement.minutes[place].draft != drafted.minutes[place].draft and not self.is_busy:
            self.measurement = drafted

    def _on_finished(self) -> None:
        if self.text.isVisibleTo(self):
            self._note()
        _hush(self._player)


def _hush(player: Player) -> None:
    if player.is_playing:
        player.toggle()
