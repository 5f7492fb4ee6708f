"""Pages that stand in the window when there is no queue to show: a welcome, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vodstudio.core.errors import Problem
from vodstudio.ui import icons
from vodstudio.ui.parts import button, label
from vodstudio.ui.theme import Theme

WIDTH_PX = 620


class _Middle(QWidget):
    """A panel in the middle of the window."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAccessibleName(name)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        self.panel = QFrame(self)
        self.panel.setProperty("role", "panel")
        self.panel.setFixedWidth(WIDTH_PX)
        self.lines = QVBoxLayout(self.panel)
        self.lines.setContentsMargins(36, 30, 36, 30)
        self.lines.setSpacing(10)
        row.addWidget(self.panel)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)

    def say(self, text: str, role: str = "") -> QLabel:
        """Words that may take several lines."""
        made = label(text, role, self.panel)
        made.setWordWrap(True)
        self.lines.addWidget(made)
        return made


class WelcomePage(_Middle):
    """There is no station yet: try the sample, or set one up."""

    sample_wanted = Signal()
    station_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("Welcome", parent)
        picture = QLabel(self.panel)
        picture.setPixmap(icons.pixmap("app", theme.accent, 56, 2.0))
        self.lines.addWidget(picture)
        self.say("Welcome to VOD Studio", "display")
        self.say(
            "Recordings of meetings go in; encoded, captioned and published video on demand comes out. "
            "One city or twenty: the work goes on by itself, and tells you when somebody is needed.",
            "muted",
        )
        self.lines.addSpacing(8)
        self.sample = button("Try it with a sample station", self.panel, role="primary")
        self.sample.clicked.connect(self.sample_wanted)
        self.lines.addWidget(self.sample)
        self.say(
            "Nine cities, a practice server on this computer and a real meeting of two minutes.", "small"
        )
        self.lines.addSpacing(4)
        self.station = button("Set up my station", self.panel)
        self.station.clicked.connect(self.station_wanted)
        self.lines.addWidget(self.station)
        self.say(
            "Name your cities and the folder where recordings lie. Everything can be changed later.", "small"
        )


class StationPage(_Middle):
    """The first lines of a station file, asked for in words."""

    made = Signal(str, object, str)
    back_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Set up my station", parent)
        self.say("Set up my station", "display")
        self.say(
            "This writes the station file, station.toml. It is plain text and can be changed at any time.",
            "muted",
        )
        self._build_form()
        self.wrong = self.say("", "bad")
        self.wrong.hide()
        row = QHBoxLayout()
        self.back = button("Back", self.panel)
        self.back.clicked.connect(self.back_wanted)
        self.save = button("Save and open", self.panel, role="primary")
        self.save.clicked.connect(self._on_save_pressed)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.save)
        self.lines.addLayout(row)

    def _build_form(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.name = QLineEdit(self.panel)
        self.name.setPlaceholderText("Valley Community Media")
        self.cities = QPlainTextEdit(self.panel)
        self.cities.setPlaceholderText("One city in each line")
        self.cities.setTabChangesFocus(True)
        self.cities.setFrameShape(QFrame.Shape.StyledPanel)
        self.cities.setFixedHeight(120)
        self.folder = QLineEdit(self.panel)
        self.folder.setPlaceholderText("The folder where recordings lie (may stay empty)")
        self.browse = button("Choose…", self.panel, tip="Choose the folder where recordings lie")
        self.browse.clicked.connect(self._on_browse_pressed)
        lies = QWidget(self.panel)
        side = QHBoxLayout(lies)
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.folder, 1)
        side.addWidget(self.browse)
        fields: tuple[QWidget, ...] = (self.name, self.cities, self.folder)
        for words, field in zip(("Station", "Cities", "Folder"), fields, strict=True):
            field.setAccessibleName(words)
            named = label(words, "", self.panel)
            named.setContentsMargins(0, 8, 0, 0)
            form.addRow(named, lies if field is self.folder else field)
        self._listen()
        self.lines.addLayout(form)

    def _listen(self) -> None:
        for line in (self.name, self.folder):
            line.returnPressed.connect(self._on_save_pressed)
            line.textChanged.connect(self._on_words_changed)
        self.cities.textChanged.connect(self._on_words_changed)

    def refuse(self, problem: Problem) -> None:
        """What cannot be as it is written."""
        self.wrong.setText(f"{problem.title}. {problem.hint}")
        self.wrong.show()

    def _on_words_changed(self) -> None:
        self.wrong.hide()

    def _on_browse_pressed(self) -> None:
        dialog = QFileDialog(self, "The folder where recordings lie", self.folder.text().strip())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_save_pressed(self) -> None:
        cities = [line.strip() for line in self.cities.toPlainText().splitlines() if line.strip()]
        name = self.name.text().strip()
        missing = "the name of the station" if not name else "" if cities else "at least one city"
        if missing:
            self.refuse(
                Problem(code="VS-MISSING", title=f"Please write {missing}", hint="Nothing was saved.")
            )
            (self.cities if name else self.name).setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.made.emit(name, cities, self.folder.text().strip())


class TroublePage(_Middle):
    """Something keeps the queue from opening: what happened, what is safe, what to do."""

    retry_wanted = Signal()
    quit_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, problem: Problem, theme: Theme, parent: QWidget) -> None:
        super().__init__(problem.title, parent)
        self._problem = problem
        picture = QLabel(self.panel)
        picture.setPixmap(icons.pixmap("warning", theme.held, 40, 2.0))
        self.lines.addWidget(picture)
        self.say(problem.title, "title")
        self.say(problem.hint or "Nothing is lost. Try again, or copy the report and send it to us.")
        self.say(f"Your recordings and what is published are untouched. Code {problem.code}.", "small")
        self.lines.addSpacing(6)
        row = QHBoxLayout()
        self.retry = button("Try again", self.panel, role="primary")
        self.retry.clicked.connect(self.retry_wanted)
        self.folder = button("Open the folder", self.panel)
        self.folder.clicked.connect(self.folder_wanted)
        self.copy = button("Copy report", self.panel)
        self.copy.clicked.connect(self._on_copy_pressed)
        self.quit = button("Quit", self.panel)
        self.quit.clicked.connect(self.quit_wanted)
        buttons: Sequence[QPushButton] = (self.retry, self.folder, self.copy, self.quit)
        for each in buttons:
            row.addWidget(each)
        row.addStretch(1)
        self.lines.addLayout(row)

    def _on_copy_pressed(self) -> None:
        told = self._problem
        QGuiApplication.clipboard().setText(f"{told.code}\n{told.title}\n{told.hint}\n\n{told.detail}\n")
