"""The sheet “Speech models”: what can be had, what is here, what comes now."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDir, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from vodstudio.core.events import Event, ModelProgressed, ModelsChanged
from vodstudio.core.models import ModelRow, Standing
from vodstudio.ui.desk import Desk
from vodstudio.ui.models.line import ONE_AT_A_TIME, ModelLine
from vodstudio.ui.parts import button, label

_FROM_A_FOLDER = "Copy a model that you have: a stick, a share, another program's cache"
_ORDER = (
    Standing.COMING,
    Standing.HERE,
    Standing.DAMAGED,
    Standing.INCOMPLETE,
    Standing.PARTLY,
    Standing.ABSENT,
)


class ModelSheet(QDialog):
    """Closing it stops nothing: what comes goes on, and the sheet shows it again."""

    get_wanted = Signal(str)
    folder_chosen = Signal(object)
    remove_wanted = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Speech models")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 600)
        self.lines: dict[str, ModelLine] = {}
        self._desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        column.addWidget(label("Speech models", "title", self))
        about = "A speech model hears the words of a recording, on this computer alone: no sound leaves it."
        column.addWidget(label(about, "muted", self, wraps=True))
        column.addWidget(self._area(), 1)
        column.addLayout(self._buttons())
        desk.bridge.listen(self._on_event_arrived)
        self.finished.connect(self._on_finished)
        self._load()

    def _area(self) -> QFrame:
        frame = QFrame(self)
        frame.setProperty("role", "card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        area = QScrollArea(frame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Speech models")
        inner = QWidget(area)
        inner.setProperty("role", "clear")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        area.setWidget(inner)
        inside.addWidget(area)
        self._inner = inner
        self._scroll = area
        return frame

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.folder = button(
            "From a folder…",
            self,
            tip=_FROM_A_FOLDER,
        )
        self.folder.clicked.connect(self._on_folder_pressed)
        self.close_button = button("Close", self)
        self.close_button.clicked.connect(self.accept)
        row.addWidget(self.folder)
        row.addStretch(1)
        row.addWidget(self.close_button)
        return row

    def _load(self) -> None:
        self._desk.coroutines.start(self._read(), group="model-sheet")

    async def _read(self) -> None:
        rows = await self._desk.models.rows()
        self.show_rows(rows)

    def show_rows(self, rows: list[ModelRow]) -> None:
        """What is here first; a line that is shown already is kept."""
        is_first = not self.lines
        is_busy = any(row.standing is Standing.COMING for row in rows)
        ordered = sorted(
            rows, key=lambda row: (row.is_demo_voice, _ORDER.index(row.standing), not row.is_recommended)
        )
        for name in self.lines.keys() - {str(row.name) for row in ordered}:
            gone = self.lines.pop(name)
            gone.hide()
            gone.deleteLater()
        for place, row in enumerate(ordered):
            line = self.lines.get(str(row.name)) or self._made(row)
            line.show_row(row, is_busy=is_busy)
            if self._column.indexOf(line) != place:
                self._column.insertWidget(place, line)
                line.show()  # now, not at the next turn: what is hidden cannot have the focus
        self.folder.setEnabled(not is_busy)
        self.folder.setToolTip(ONE_AT_A_TIME if is_busy else _FROM_A_FOLDER)
        if is_first and ordered:
            self._focus_first(ordered)

    def _focus_first(self, ordered: list[ModelRow]) -> None:
        best = next((row for row in ordered if row.is_recommended), ordered[0])
        self.lines[str(best.name)].act.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.verticalScrollBar().setValue(0)

    def _made(self, row: ModelRow) -> ModelLine:
        line = ModelLine(row, self._inner)
        line.get_wanted.connect(self.get_wanted)
        line.remove_wanted.connect(self.remove_wanted)
        line.cancel_wanted.connect(self.cancel_wanted)
        self.lines[str(row.name)] = line
        return line

    def _on_event_arrived(self, event: Event) -> None:
        if isinstance(event, ModelsChanged):
            self._load()
        elif isinstance(event, ModelProgressed):
            line = self.lines.get(event.name)
            if line is None or line.row.standing is not Standing.COMING:
                self._load()
            else:
                line.show_progress(event)

    def _on_folder_pressed(self) -> None:
        dialog = QFileDialog(self, "The folder of a speech model")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setDirectory(QDir.homePath())
        dialog.filesSelected.connect(self._on_folder_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_folder_chosen(self, names: list[str]) -> None:
        if names:
            self.folder_chosen.emit(Path(names[0]))

    def _on_finished(self) -> None:
        self._desk.bridge.unlisten(self._on_event_arrived)
