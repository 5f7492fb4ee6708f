"""The sound under the hands: go to a place, choose a caption, pull it or one of its edges."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from vodstudio.captions.document import Document
from vodstudio.captions.pulling import Grip, Pull, grip_at, pull
from vodstudio.ui.review.sound import CUES_PX, SoundPicture
from vodstudio.ui.theme import Theme

EDGE_PX, SNAP_PX, BEGIN_PX = 5, 6, 3
_CURSORS = {
    Grip.START: Qt.CursorShape.SizeHorCursor,
    Grip.END: Qt.CursorShape.SizeHorCursor,
    Grip.WHOLE: Qt.CursorShape.OpenHandCursor,
}


class SoundStrip(SoundPicture):
    """Asks; while something is pulled the picture stands still, and Escape is heard wherever the keyboard is."""

    place_chosen = Signal(float)
    row_chosen = Signal(int)
    pull_begun = Signal()
    pulled = Signal(int, float, float)

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(document, theme, parent)
        self.may_pull = True
        self._pressed: float | None = None
        self._pull: tuple[int, Pull] | None = None

    def tell_keys(self, keys: str) -> None:
        """What the mouse does here, and the keys that do the same."""
        words = (
            "Drag a caption or one of its edges; edges hold at speech, Ctrl frees them, Escape takes it back."
        )
        self.setToolTip(f"{words}\nKeys: {keys}")
        self.setAccessibleDescription(f"{words} Keys: {keys}")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go there; a caption that is pressed may be pulled, or is chosen when the mouse is let go."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pull is not None:
            return
        x, y = event.position().x(), event.position().y()
        is_caption = self._document.row_at(self.s_at(x)) >= 0 or self._grip_at(x) is not None
        if y < CUES_PX and is_caption:
            self._pressed, self._held_s = x, self.window_s
        else:
            self.place_chosen.emit(self.s_at(x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Pull what is held; else show what could be."""
        x, y = event.position().x(), event.position().y()
        if self._pressed is None:
            grip = self._grip_at(x) if self.may_pull and y < CUES_PX else None
            self.setCursor(_CURSORS[grip[1]] if grip else Qt.CursorShape.ArrowCursor)
        elif self._pull is not None or (
            self.may_pull and abs(x - self._pressed) >= BEGIN_PX and self._begin()
        ):
            assert self._pull is not None
            is_free = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            row, held = self._pull
            times = held.to(self.s_of(x - self._pressed), 0.0 if is_free else self.s_of(SNAP_PX))
            self._pulled = (row, times)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """What was pulled is asked for; what was only pressed is chosen."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed is None:
            return
        row, pull_, pulled = self._document.row_at(self.s_at(self._pressed)), self._pull, self._pulled
        self.let_go()
        if pull_ is None or pulled is None:
            self.row_chosen.emit(row)
        elif pulled[1] != pull_[1].to(0.0):
            self.pulled.emit(pulled[0], *pulled[1])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Wherever the keyboard is, Escape lets go of what is pulled, and it is where it was."""
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return super().eventFilter(watched, event)
        if event.type() is QEvent.Type.KeyPress:
            self.let_go()
        event.accept()
        return True

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is held that nobody sees."""
        self.let_go()
        super().hideEvent(event)

    def let_go(self) -> None:
        """Nothing is pulled any more; the captions are where the document says."""
        if self._pull is not None:
            _application().removeEventFilter(self)
            self.unsetCursor()
        self._pressed = self._held_s = self._pull = self._pulled = None
        self.update()

    def _begin(self) -> bool:
        """Whether there is something to pull where the mouse was pressed; a field that was open is kept first."""
        assert self._pressed is not None
        pressed, seen_s = self._pressed, self.window_s
        self.pull_begun.emit()
        self._pressed, self._held_s = pressed, seen_s
        if (grip := self._grip_at(pressed)) is None:
            self.let_go()
            return False
        start, end = self.window_s
        seen = [each for each in self._regions if each[1] > start and each[0] < end]
        self._pull = (grip[0], pull(self._document, *grip, seen))
        _application().installEventFilter(self)
        self.setCursor(Qt.CursorShape.ClosedHandCursor if grip[1] is Grip.WHOLE else _CURSORS[grip[1]])
        return True

    def _grip_at(self, x: float) -> tuple[int, Grip] | None:
        return grip_at(self._document, self.s_at(x), self.s_of(EDGE_PX))


def _application() -> QCoreApplication:
    application = QCoreApplication.instance()
    assert application is not None
    return application
