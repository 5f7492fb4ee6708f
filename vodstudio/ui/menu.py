"""The menu of the window: everything the program can do, with its keys."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from vodstudio.ui import icons
from vodstudio.ui.main_window import MainWindow, Tab
from vodstudio.ui.queue.page import QueuePage
from vodstudio.ui.theme import Choice, Theme

THEME_NAMES = {Choice.SYSTEM: "Like the desktop", Choice.LIGHT: "Light", Choice.DARK: "Dark"}


class WindowMenu(QObject):
    """Builds the menu once and speaks in signals."""

    add_files = Signal()
    add_folder = Signal()
    models_wanted = Signal()
    tab_wanted = Signal(int)
    theme_wanted = Signal(str)
    help_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, window: MainWindow, queue: QueuePage, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._queue = queue
        self._actions: list[tuple[QAction, str]] = []
        self._groups: list[tuple[str, list[QAction]]] = []
        self.menu = QMenu(window)
        self._opener = self._action("Menu", "menu", "F10")
        self._build_file()
        self._build_queue()
        self._build_view()
        window.header.menu_button.setMenu(self.menu)
        window.header.menu_button.show()
        self._opener.triggered.connect(window.header.menu_button.showMenu)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in these colours."""
        for action, name in self._actions:
            if name:
                action.setIcon(icons.icon(name, theme.muted, disabled=theme.track))
        self._window.header.menu_button.setIcon(icons.icon("menu", theme.muted))

    def show_theme(self, choice: Choice) -> None:
        """Tick the theme that is in use."""
        for action in self._themes.actions():
            action.setChecked(action.data() == choice.value)

    def all_keys(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Group, and (what, keys) of each action that has keys."""
        native = QKeySequence.SequenceFormat.NativeText
        return [
            (
                title,
                [
                    (a.text().rstrip("…"), a.shortcut().toString(native))
                    for a in actions
                    if a.shortcut().toString()
                ],
            )
            for title, actions in self._groups
        ]

    def _action(self, text: str, icon: str, keys: str = "") -> QAction:
        action = QAction(text, self._window)
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self._window.addAction(action)
        self._actions.append((action, icon))
        return action

    def _build_file(self) -> None:
        add = self._action("Add recordings…", "add", "Ctrl+O")
        add.triggered.connect(self.add_files)
        folder = self._action("Add a folder…", "folder", "Ctrl+Shift+O")
        folder.triggered.connect(self.add_folder)
        models = self._action("Speech models…", "speech", "Ctrl+Shift+M")
        models.triggered.connect(self.models_wanted)
        self.menu.addActions([add, folder, models])
        self.menu.addSeparator()
        self._groups.append(("Recordings", [add, folder, models]))

    def _build_queue(self) -> None:
        bar = self._queue.bar
        pause = self._action("Pause or resume the queue", "pause", "Ctrl+Return")
        pause.triggered.connect(bar.toggle_pause)
        stop = self._action("Stop after current", "stop-after", "Ctrl+Shift+Return")
        stop.triggered.connect(bar.stop_after.click)
        find = self._action("Filter the queue", "search", "Ctrl+F")
        find.triggered.connect(self._on_filter_chosen)
        queue_menu = self.menu.addMenu("Queue")
        queue_menu.addActions([pause, stop, find])
        job_menu = self.menu.addMenu("Chosen jobs")
        for action in self._queue.actions_.with_separators():
            if action is None:
                job_menu.addSeparator()
            else:
                job_menu.addAction(action)
        self._groups.append(("Queue", [pause, stop, find]))
        self._groups.append(("Chosen jobs", self._queue.actions_.all()))

    def _build_view(self) -> None:
        view = self.menu.addMenu("View")
        tabs = []
        for tab, name in ((Tab.QUEUE, "Queue"), (Tab.CITIES, "Cities"), (Tab.MONITORING, "Monitoring")):
            action = self._action(name, "", f"Ctrl+{tab + 1}")
            action.setData(int(tab))
            action.triggered.connect(self._on_tab_action)
            tabs.append(action)
        view.addActions(tabs)
        view.addSeparator()
        self._themes = QActionGroup(self)
        for choice, name in THEME_NAMES.items():
            action = QAction(name, self._themes)
            action.setCheckable(True)
            action.setData(choice.value)
            view.addAction(action)
        self._themes.triggered.connect(self._on_theme_chosen)
        self.menu.addSeparator()
        helping = self._action("Help and keys", "help", "F1")
        helping.triggered.connect(self.help_wanted)
        leave = self._action("Quit", "quit", "Ctrl+Q")
        leave.triggered.connect(self.quit_wanted)
        self.menu.addActions([helping, leave])
        self._groups.append(("Window", [*tabs, self._opener, helping, leave]))

    def _on_filter_chosen(self) -> None:
        self.tab_wanted.emit(int(Tab.QUEUE))
        self._queue.bar.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._queue.bar.filter.selectAll()

    def _on_tab_action(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.tab_wanted.emit(int(action.data()))

    def _on_theme_chosen(self, action: QAction) -> None:
        self.theme_wanted.emit(str(action.data()))
