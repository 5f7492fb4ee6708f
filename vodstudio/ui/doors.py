"""What stands in the window while no queue is open: waiting, welcome, set-up, or what went wrong."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from vodstudio.core.errors import Problem
from vodstudio.ui.main_window import MainWindow
from vodstudio.ui.pages import StationPage, TroublePage, WelcomePage
from vodstudio.ui.theme import Theme


class Doors(QObject):
    """One page at a time; what is pressed on it is told as a signal."""

    sample_wanted = Signal()
    station_made = Signal(str, object, str)
    retry_wanted = Signal()
    folder_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, window: MainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._page: QWidget | None = None

    def set_theme(self, theme: Theme) -> None:
        """For the pages that come."""
        self._theme = theme

    def wait(self, words: str) -> None:
        """Empty rows, and what is being done."""
        self._window.skeleton.say(words)
        self._show(None)

    def welcome(self) -> None:
        """There is no station yet."""
        page = WelcomePage(self._theme, self._window.stack)
        page.sample_wanted.connect(self.sample_wanted)
        page.station_wanted.connect(self._on_station_wanted)
        self._show(page)
        page.sample.setFocus()

    def trouble(self, problem: Problem) -> None:
        """The queue cannot be opened."""
        page = TroublePage(problem, self._theme, self._window.stack)
        page.retry_wanted.connect(self.retry_wanted)
        page.folder_wanted.connect(self.folder_wanted)
        page.quit_wanted.connect(self.quit_wanted)
        self._show(page)
        page.retry.setFocus()

    def refuse_station(self, problem: Problem) -> None:
        """What was written about the station cannot be."""
        if isinstance(self._page, StationPage):
            self._page.refuse(problem)

    def _on_station_wanted(self) -> None:
        page = StationPage(self._window.stack)
        page.made.connect(self.station_made)
        page.back_wanted.connect(self.welcome)
        self._show(page)
        page.name.setFocus()

    def _show(self, page: QWidget | None) -> None:
        older, self._page = self._page, page
        self._window.show_page(page or self._window.skeleton)
        if older is not None:
            self._window.stack.removeWidget(older)
            older.deleteLater()
