"""The review window: the video beside its captions, and everything that corrects them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from vodstudio.captions.document import Touched
from vodstudio.core.errors import Problem
from vodstudio.core.transcripts import SPEECH
from vodstudio.services.reviewing import Review
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.help import HelpOverlay
from vodstudio.ui.notices import Notices
from vodstudio.ui.parts import button, card, label
from vodstudio.ui.review.actions import ReviewActions
from vodstudio.ui.review.cue_list import CueList
from vodstudio.ui.review.deeds import ReviewDeeds
from vodstudio.ui.review.delegate import CueDelegate
from vodstudio.ui.review.editor import Editor, ReviewingService
from vodstudio.ui.review.find_bar import FindBar
from vodstudio.ui.review.left_behind import LeftBehind
from vodstudio.ui.review.listening import Listening
from vodstudio.ui.review.measuring import AccuracyDeed
from vodstudio.ui.review.mending import Mending
from vodstudio.ui.review.model import CueModel
from vodstudio.ui.review.player import Player
from vodstudio.ui.review.pulling import Pulling
from vodstudio.ui.review.saving import Saving
from vodstudio.ui.review.screen import Screen
from vodstudio.ui.review.sound_strip import SoundStrip
from vodstudio.ui.review.transport import Transport
from vodstudio.ui.review.worries import Worries
from vodstudio.ui.theme import Theme
from vodstudio.ui.wording import many

USUAL = QSize(1366, 768)
READ_ONLY = "Another window corrects these captions. Here they can be read and played, not changed."
UNDECIDED = (
    "Unsaved changes of an earlier window wait: Ctrl+Shift+U decides. Until then nothing can be changed."
)
INTRODUCTION = (
    "F8 goes from problem to problem. What you change is noted at once and becomes a version when you save."
)


class ReviewWindow(QWidget):
    """One recording; `gone` is told when it has closed and nothing of it runs any more."""

    gone = Signal(object)

    def __init__(
        self, review: Review, reviewing: ReviewingService, theme: Theme, now: Callable[[], datetime]
    ) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.review = review
        self.now = now
        self.reviewing = reviewing
        self._look(f"{review.job.recording.title}: captions")
        self.may_close = False
        self._is_checked = False
        self.notices = Notices(self)
        self.coroutines = Coroutines(self.notices.show_problem)
        self.editor = Editor(review, reviewing, self.coroutines, self)
        self.actions_ = ReviewActions(self)
        self.player = Player(self)
        self.model = CueModel(review.document, self)
        self._theme = theme
        self._build(theme)
        self.keys = HelpOverlay(self, INTRODUCTION, columns=3)
        self.deeds = ReviewDeeds(self)
        self.listening = Listening(self)
        self.saving = Saving(self)
        self.mending = Mending(self)
        self.pulling = Pulling(self)
        self.left_behind = LeftBehind(self)
        self._connect()
        self.allow_writing(review.may_write)
        self.find_bar.hide()
        self.cues.choose(0)
        self.show_state()
        self.cues.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look(self, title: str) -> None:
        self.setObjectName("review-window")
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(title)
        self.setMinimumSize(1024, 620)
        self.resize(USUAL)

    def _build(self, theme: Theme) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_header())
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setHandleWidth(12)
        splitter.setChildrenCollapsible(False)
        splitter.setContentsMargins(16, 12, 16, 12)
        splitter.addWidget(self._build_video(splitter, theme))
        splitter.addWidget(self._build_list(splitter, theme))
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([620, 720])
        column.addWidget(splitter, 1)
        foot = Footer(self)
        self.state, self.summary = foot.state, foot.summary
        column.addWidget(foot)

    def _build_header(self) -> QFrame:
        head = QFrame(self)
        head.setProperty("role", "header")
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 9, 16, 9)
        row.setSpacing(8)
        names = QVBoxLayout()
        names.setSpacing(1)
        self.title = label(self.review.job.recording.title, "title", head)
        self.sub = label("", "small", head)
        names.addWidget(self.title)
        names.addWidget(self.sub)
        row.addLayout(names, 1)
        self.undo = button("Undo", head, tip=self.actions_.tip("undo"))
        self.redo = button("Redo", head, tip=self.actions_.tip("redo"))
        self.find_button = button("Find", head, tip=self.actions_.tip("find"))
        self.more = button("More", head, tip="Everything that can be done here, with its keys")
        self.more.setMenu(self.actions_.menu)
        self.save = button("Save and make again", head, role="primary", tip=self.actions_.tip("save"))
        for made in (self.undo, self.redo, self.find_button, self.more, self.save):
            row.addWidget(made)
        return head

    def _build_video(self, parent: QWidget, theme: Theme) -> QFrame:
        left = card(parent, "Video, sound and problems")
        column = QVBoxLayout(left)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        self.screen_ = Screen(self.review.document.profile.max_columns, left)
        self.sound = SoundStrip(self.review.document, theme, left)
        self.sound.say("The picture of the sound is being made …")
        self.transport = Transport(self.player, self.actions_, theme, left)
        self.worries = Worries(self.actions_, left)
        column.addWidget(self.screen_, 1)
        column.addWidget(self.sound)
        column.addWidget(self.transport)
        column.addWidget(self.worries)
        left.setMinimumWidth(440)
        return left

    def _build_list(self, parent: QWidget, theme: Theme) -> QFrame:
        right = card(parent, "Captions")
        column = QVBoxLayout(right)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self.find_bar = FindBar(right)
        self.delegate = CueDelegate(theme, self.review.document.profile, right)
        self.cues = CueList(self.model, self.delegate, right)
        self.delegate.setParent(self.cues)
        column.addWidget(self.find_bar)
        column.addWidget(self.cues, 1)
        right.setMinimumWidth(520)
        return right

    def _connect(self) -> None:
        self.accuracy = AccuracyDeed(self)
        self.editor.touched.connect(self._on_touched)
        self.editor.refused.connect(self._on_refused)
        self.editor.state_changed.connect(self.show_state)
        self.editor.checked.connect(self._on_checked)
        self.player.pictured.connect(self.screen_.show_frame)
        self.player.moved.connect(self._on_moved)
        self.player.told.connect(self._on_player_told)
        self.cues.row_chosen.connect(self._on_row_chosen)
        self.sound.place_chosen.connect(self.player.seek)
        self.sound.row_chosen.connect(self.cues.choose)

    def open_media(self) -> None:
        """After the window is there: the video, the sound, the first check, and what an earlier window left."""
        if self.review.no_video:
            self.player.told.emit(self.review.no_video)
        else:
            self.player.load(self.review.video.path)
        self.coroutines.start(self._read_peaks())
        self.editor.check_soon()
        self.saving.offer_recovery()

    async def _read_peaks(self) -> None:
        self.sound.say("There is no picture of the sound for this recording.")
        self.sound.show_peaks(*await self.reviewing.peaks(self.review))

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self.delegate.set_theme(theme)
        self.sound.set_theme(theme)
        self.transport.set_theme(theme)
        self.cues.viewport().update()

    def allow_writing(self, is_allowed: bool) -> None:
        """Where nothing may be changed, nothing looks as if it could be."""
        self.actions_.allow_writing(is_allowed)
        self.find_bar.allow_writing(is_allowed)
        self.worries.allow_writing(is_allowed)
        self.model.is_read_only = not is_allowed
        self.sound.may_pull = is_allowed

    def reload(self) -> None:
        """The document is another one than before."""
        row = self.cues.row
        self.model.reload()
        self.cues.choose(max(0, min(row, self.review.document.count - 1)))
        self.editor.check_soon()
        self.show_state()

    def show_state(self) -> None:
        """What is saved, what is not, and what can be taken back."""
        editor, document = self.editor, self.review.document
        is_open = self.review.may_write and not editor.is_busy
        self.cues.setEnabled(not editor.is_busy)
        for made, name in ((self.undo, document.undo_name), (self.redo, document.redo_name)):
            made.setEnabled(is_open and bool(name))
        self.undo.setToolTip(_tip(self.actions_.tip("undo"), document.undo_name))
        self.redo.setToolTip(_tip(self.actions_.tip("redo"), document.redo_name))
        self.save.setEnabled(is_open and document.is_changed)
        version = self.review.version
        author = "heard by the computer" if version.author == SPEECH else f"corrected by the {version.author}"
        self.sub.setText(f"{self.review.video.path.name} · {document.profile.name} · {author}")
        self.state.setText(_state_words(self.review, self.editor))
        self.actions_.tell_mendable(len(self.model.mendable))
        count, wrong = document.count, self.model.wrong_count
        problems = f"{many(wrong, 'caption wants', 'captions want')} a look (F8)"
        if not wrong:
            problems = "nothing found amiss" if self._is_checked else "they are being checked …"
        self.summary.setText(f"{many(count, 'caption')} · {problems} · keys: F1")

    def _on_touched(self, touched: Touched) -> None:
        self._is_checked = False
        self.model.hear(touched)
        self._show_row(self.cues.row)

    def _on_refused(self, problem: Problem) -> None:
        self.notices.say(problem.title, problem.hint)

    def _on_checked(self, found: object) -> None:
        self._is_checked = True
        self.model.show_findings(found)  # type: ignore[arg-type]
        self._show_row(self.cues.row)
        self.show_state()

    def _on_player_told(self, words: str) -> None:
        self.screen_.say(words)
        self.transport.say(words)

    def _on_moved(self, at_s: float) -> None:
        """The caption at the play head is drawn; while it plays, the list follows."""
        if self.editor.is_busy:
            return
        row = self.review.document.row_at(at_s)
        if self.player.is_playing and not self.cues.is_typed_in and not self.player.is_looping and row >= 0:
            self.cues.choose(row)
        self._show_row(self.cues.row)

    def _on_row_chosen(self, row: int) -> None:
        if row < 0 or self.editor.is_busy or row >= self.review.document.count:
            return
        cue = self.review.document.cue(row)
        if not cue.start_s <= self.player.at_s < cue.end_s and not self.player.is_playing:
            self.player.seek(cue.start_s)
        self._show_row(row)

    def _show_row(self, row: int) -> None:
        document, at_s = self.review.document, self.player.at_s
        shown = document.row_at(at_s + document.frame_s / 2)
        is_shown = shown >= 0 and document.cue(shown).end_s > at_s
        self.screen_.show_cue(document.cue(shown) if is_shown else None)
        self.sound.go(at_s, row)
        self.transport.show_place(at_s)
        self.worries.show_findings(self.model.findings(row), is_checked=self._is_checked)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """What is being saved is brought to its end; what is not saved is asked about first."""
        self.cues.keep_typed()
        if not self.may_close and (self.editor.is_busy or self.saving.is_saving):
            event.ignore()
            self.saving.close_when_free()
            return
        if not self.may_close and self.editor.has_unsaved:
            event.ignore()
            self.saving.ask_and_close()
            return
        event.accept()
        self.editor.stop()
        self.player.close()
        self.gone.emit(self)


class Footer(QFrame):
    """What is saved, on the left; how many captions there are and how many want a look, on the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "footer")
        self.setFixedHeight(34)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        self.state = label("", "small", self)
        self.summary = label("", "small", self)
        row.addWidget(self.state)
        row.addStretch(1)
        row.addWidget(self.summary)


def _tip(tip: str, name: str) -> str:
    return f"{tip}: {name}" if name else tip


def _state_words(review: Review, editor: Editor) -> str:
    if review.is_read_only:
        return READ_ONLY
    if review.is_undecided:
        return UNDECIDED
    if editor.is_busy:
        return "Working on all captions … the window waits."
    if not review.document.is_changed:
        return "Nothing is unsaved."
    return "Not saved yet. Your changes are noted on this computer." if editor.is_noted else "Noting …"
