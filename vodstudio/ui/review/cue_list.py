"""The list of captions: twenty thousand rows of one height, typed over in place."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QHeaderView, QTableView, QWidget

from vodstudio.ui.review.delegate import ROW_PX, CueDelegate
from vodstudio.ui.review.model import Column, CueModel

WIDTHS = {Column.NUMBER: 58, Column.START: 94, Column.END: 94, Column.SPEED: 66, Column.MARKS: 78}


class CueList(QTableView):
    """One caption a row; one is chosen at a time."""

    row_chosen = Signal(int)
    play_wanted = Signal()
    typing_ended = Signal()

    def __init__(self, model: CueModel, delegate: CueDelegate, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("captions")
        self.setProperty("role", "rows")
        self.setAccessibleName("Captions")
        self.setAccessibleDescription("Arrow keys move, Enter changes the text, F8 goes to the next problem")
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        lines = self.verticalHeader()
        lines.hide()
        lines.setMinimumSectionSize(ROW_PX)
        lines.setDefaultSectionSize(ROW_PX)
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads = self.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setSectionsClickable(False)
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setSectionResizeMode(Column.TEXT, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            heads.resizeSection(column, width)
        self.verticalScrollBar().setSingleStep(ROW_PX // 2)

    @property
    def row(self) -> int:
        """The chosen caption; -1 when there is none."""
        return self.currentIndex().row()

    def choose(self, row: int) -> None:
        """Choose a caption and show it."""
        model = self.model()
        if 0 <= row < model.rowCount() and row != self.row:
            self.setCurrentIndex(model.index(row, Column.TEXT))

    def type_in(self, column: Column) -> None:
        """Open the field for the chosen caption."""
        index = self.model().index(self.row, column)
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.setCurrentIndex(index)
            self.edit(index)

    @property
    def is_typed_in(self) -> bool:
        """Whether a field is open."""
        return self.state() == QAbstractItemView.State.EditingState

    def keep_typed(self) -> None:
        """Keep what stands in an open field, as Enter does: before anything else is done to the captions."""
        if self.is_typed_in and (field := self.indexWidget(self.currentIndex())) is not None:
            self.commitData(field)
            self.closeEditor(field, QAbstractItemDelegate.EndEditHint.NoHint)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:  # noqa: N802 - Qt's name
        """Tell that no field is open any more."""
        super().closeEditor(editor, hint)
        self.typing_ended.emit()

    def currentChanged(  # noqa: N802 - Qt's name
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Tell which caption is looked at."""
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.row_chosen.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter types, Space plays."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.type_in(Column.TEXT)
        elif plain and event.key() == Qt.Key.Key_Space:
            self.play_wanted.emit()
        else:
            super().keyPressEvent(event)
