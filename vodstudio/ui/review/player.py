"""The video of the review: plays, repeats and seeks; where nothing can be played, the captions go on without it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer, QVideoFrame, QVideoSink

SPEEDS = (0.5, 0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
NO_SOUND = "This computer has no sound output: the video plays without sound."
NO_VIDEO = "This computer cannot show the video. The captions can be corrected all the same."


class Player(QObject):
    """Tells where it is in seconds; a part can be played alone, and again and again."""

    moved = Signal(float)
    pictured = Signal(QVideoFrame)
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    told = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.at_s = 0.0
        self.is_looping = False
        self._part: tuple[float, float] | None = None
        self._speed = SPEEDS.index(1.0)
        self._can_play = False
        self._sound: QAudioOutput | None = None
        self._player = QMediaPlayer(self)
        self._sink = QVideoSink(self)
        self._player.setVideoSink(self._sink)
        self._sink.videoFrameChanged.connect(self._on_frame_changed)
        self._player.positionChanged.connect(self._on_position_changed)
        self._player.playbackStateChanged.connect(self._on_state_changed)
        self._player.mediaStatusChanged.connect(self._on_status_changed)
        self._player.errorOccurred.connect(self._on_failed)

    def load(self, path: Path) -> None:
        """Open a video; nothing is heard before somebody plays it."""
        if QMediaDevices.audioOutputs():
            self._sound = QAudioOutput(self)
            self._player.setAudioOutput(self._sound)
        else:
            self.told.emit(NO_SOUND)
        self._player.setSource(QUrl.fromLocalFile(str(path)))

    @property
    def is_playing(self) -> bool:
        """Whether it runs."""
        return self._player.playbackState() is QMediaPlayer.PlaybackState.PlayingState

    @property
    def can_play(self) -> bool:
        """Whether there is something to play."""
        return self._can_play

    @property
    def speed(self) -> float:
        """How many times as fast as it was recorded."""
        return SPEEDS[self._speed]

    def toggle(self) -> None:
        """Play on, or pause."""
        self._part = None
        if self.is_playing:
            self._player.pause()
        else:
            self._player.play()

    def play_part(self, start_s: float, end_s: float) -> None:
        """Play these seconds and stop, or begin anew while repeating is on."""
        self._part = (start_s, end_s)
        self._go(start_s)
        self._player.play()

    def seek(self, at_s: float) -> None:
        """Go there; without a video only the captions do."""
        self._part = None
        self._go(at_s)

    def set_speed(self, speed: float) -> None:
        """One of SPEEDS."""
        self._speed = SPEEDS.index(speed)
        self._player.setPlaybackRate(speed)
        self.speed_changed.emit(speed)

    def change_speed(self, steps: int) -> None:
        """Slower or faster."""
        self.set_speed(SPEEDS[min(max(0, self._speed + steps), len(SPEEDS) - 1)])

    def close(self) -> None:
        """Let the file go."""
        self._player.stop()
        self._player.setSource(QUrl())

    def _go(self, at_s: float) -> None:
        self.at_s = max(0.0, at_s)
        self._player.setPosition(round(self.at_s * 1000))
        self.moved.emit(self.at_s)

    def _on_frame_changed(self, frame: QVideoFrame) -> None:
        self.pictured.emit(frame)
        if self.is_playing and frame.startTime() >= 0:
            self._arrived(frame.startTime() / 1_000_000)

    def _on_position_changed(self, position_ms: int) -> None:
        if self.is_playing:
            self._arrived(position_ms / 1000)

    def _arrived(self, at_s: float) -> None:
        self.at_s = at_s
        self.moved.emit(at_s)
        if self._part is None or at_s < self._part[1]:
            return
        if self.is_looping:
            self._go(self._part[0])
        else:
            self._part = None
            self._player.pause()

    def _on_state_changed(self) -> None:
        self.playing_changed.emit(self.is_playing)

    def _on_status_changed(self, status: QMediaPlayer.MediaStatus) -> None:
        if status is QMediaPlayer.MediaStatus.LoadedMedia and not self._can_play:
            self._can_play = True  # once: pausing loads the first picture and says so again
            self._player.setPlaybackRate(self.speed)
            self._player.pause()
            self._player.setPosition(round(self.at_s * 1000))
        elif status is QMediaPlayer.MediaStatus.EndOfMedia and self._part and self.is_looping:
            self.play_part(*self._part)

    def _on_failed(self) -> None:
        self._can_play = False
        self.told.emit(NO_VIDEO)
