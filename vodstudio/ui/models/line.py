"""One speech model in the sheet: what it is, how it stands here, and the one thing to do with it."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from vodstudio.core.events import ModelProgressed
from vodstudio.core.models import Languages, ModelRow, Standing
from vodstudio.ui.parts import button, label
from vodstudio.ui.wording import percent, size, span, times

ONE_AT_A_TIME = "One model comes at a time"
_STEPS = 1000
_SETTLED_S = 2.0
_BAR_PX = 6
_TONES = {Standing.DAMAGED: "bad", Standing.INCOMPLETE: "care"}
_LANGUAGES = {Languages.ENGLISH: "English", Languages.MANY: "many languages", None: ""}


class ModelLine(QFrame):
    """Keeps its widgets; only their words change, so that the focus stays where it is."""

    get_wanted = Signal(str)
    remove_wanted = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, row: ModelRow, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._row = row
        self._is_sure = False
        self._began: tuple[float, int] | None = None
        outer = QHBoxLayout(self)
        outer.setContentsMargins(16, 9, 12, 9)
        outer.setSpacing(14)
        words = QVBoxLayout()
        words.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(10)
        self._name = label("", "strong", self)
        self._mark = label("", "good", self)
        self._facts = label("", "small", self)
        for widget in (self._name, self._mark, self._facts):
            head.addWidget(widget)
        head.addStretch(1)
        words.addLayout(head)
        self._about = label("", "small", self, wraps=True)
        words.addWidget(self._about)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(_BAR_PX)
        words.addWidget(self.bar)
        outer.addLayout(words, 1)
        self.act = button("", self, role="small")
        self.act.clicked.connect(self._on_act_pressed)
        outer.addWidget(self.act, 0, Qt.AlignmentFlag.AlignVCenter)
        self.show_row(row, is_busy=False)

    @property
    def row(self) -> ModelRow:
        """What is shown."""
        return self._row

    def show_row(self, row: ModelRow, *, is_busy: bool) -> None:
        """Show how it stands; while one model comes, no other can be got."""
        self._row, self._is_sure = row, False
        is_coming = row.standing is Standing.COMING
        if not is_coming:
            self._began = None
        self._name.setText(row.name)
        self._show_mark(_mark(row), _TONES.get(row.standing, "good"))
        self._facts.setText(" · ".join(filter(None, (size(row.size_bytes), _LANGUAGES[row.languages]))))
        self._about.setText(_sentence(row))
        self.bar.setVisible(is_coming)
        self.bar.setAccessibleName(f"How much of {row.name} has arrived")
        self._show_act(is_busy and not is_coming)
        self.setAccessibleName(f"{row.name}. {_mark(row)}. {self._facts.text()}. {self._about.text()}")

    def show_progress(self, event: ModelProgressed) -> None:
        """How many bytes have come, how fast, and for how long yet."""
        now = monotonic()
        if self._began is None:
            self._began = (now, event.done_bytes)
        if event.total_bytes:
            self.bar.setValue(_STEPS * event.done_bytes // event.total_bytes)
        passed, come = now - self._began[0], event.done_bytes - self._began[1]
        self._about.setText(progress_words(event, passed, come))

    def _show_mark(self, text: str, role: str) -> None:
        self._mark.setText(text)
        self._mark.setVisible(bool(text))
        if self._mark.property("role") != role:
            self._mark.setProperty("role", role)
            self._mark.style().unpolish(self._mark)
            self._mark.style().polish(self._mark)

    def _show_act(self, is_waiting: bool) -> None:
        row = self._row
        text, tip = _deed(row)
        self.act.setText(text)
        may_begin = text.startswith(("Cancel", "Remove")) or not is_waiting
        self.act.setToolTip(tip if may_begin else tip or ONE_AT_A_TIME)
        self.act.setAccessibleName(f"{text}: {row.name}")
        self.act.setVisible(bool(text))
        self.act.setEnabled(may_begin and not (row.standing is Standing.ABSENT and bool(row.why_not)))

    def _on_act_pressed(self) -> None:
        if self._row.standing is Standing.COMING:
            self.cancel_wanted.emit()
        elif _is_to_remove(self._row):
            self._remove()
        else:
            self.get_wanted.emit(str(self._row.name))

    def _remove(self) -> None:
        """Deleting gigabytes asks once, in place."""
        if self._is_sure:
            self.remove_wanted.emit(str(self._row.name))
            return
        self._is_sure = True
        text = f"Really remove {size(self._row.size_bytes)}?"
        self.act.setText(text)
        self.act.setAccessibleName(f"{text} {self._row.name}")


def progress_words(event: ModelProgressed, passed_s: float, come_bytes: int) -> str:
    """`0.8 of 1.6 GB · 24 MB/s · 33 s left`."""
    if event.note:
        return f"{event.note} …"
    if not event.total_bytes:
        return "asking …"
    parts = [f"{size(event.done_bytes)} of {size(event.total_bytes)}"]
    if passed_s > _SETTLED_S and come_bytes > 0:
        pace = come_bytes / passed_s
        left = (event.total_bytes - event.done_bytes) / pace
        parts += [f"{size(int(pace))}/s", f"{span(timedelta(seconds=left))} left"]
    return " · ".join(parts)


def _is_to_remove(row: ModelRow) -> bool:
    is_own_rest = not row.is_listed and row.standing is not Standing.ABSENT
    return row.standing is Standing.HERE or is_own_rest


def _mark(row: ModelRow) -> str:
    match row.standing:
        case Standing.HERE:
            return "Here"
        case Standing.COMING:
            return "On its way"
        case Standing.DAMAGED:
            return "Damaged"
        case Standing.INCOMPLETE:
            return "Incomplete"
        case _:
            return "Recommended" if row.is_recommended else ""


def _sentence(row: ModelRow) -> str:
    """What it is for, or what keeps it from being used."""
    if row.standing is Standing.DAMAGED:
        return f"It was put aside, because {row.why}." if row.why else "It was put aside."
    if row.standing is Standing.INCOMPLETE:
        return f"{row.why}. If it is still being copied, wait."
    speed = ""
    if row.standing is Standing.HERE and not row.is_demo_voice:
        speed = f"{times(row.speed)} as fast as speech here" if row.speed else "speed not measured yet"
    arrived = (
        f"{percent(row.arrived_bytes / max(1, row.size_bytes))} has arrived" if row.arrived_bytes else ""
    )
    return " · ".join(filter(None, (arrived, row.why_not, row.about, speed)))


def _deed(row: ModelRow) -> tuple[str, str]:
    """The word on the button, and its tip."""
    if row.is_demo_voice:
        return "", ""
    if row.standing is Standing.COMING:
        return "Cancel", "What has arrived is kept: the next try goes on from there"
    if _is_to_remove(row):
        return "Remove", "Delete it from this computer; it can be got again"
    if row.standing is Standing.ABSENT:
        return f"Get ({size(row.size_bytes)})", row.why_not
    is_part = row.standing is Standing.PARTLY
    return (
        ("Continue", "Goes on where it was cut off")
        if is_part
        else ("Get it again", "Brought anew from the hub")
    )
