"""The look: colours of both themes, the style sheet made from them, and the one font."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from vodstudio.paths import resource

FAMILY = "Inter"
BASE_PX = 13


class Choice(StrEnum):
    """Which theme the person wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Tone(StrEnum):
    """What a colour says; never without its word."""

    PLAIN = "plain"
    ACCENT = "accent"
    DONE = "done"
    HELD = "held"
    FAILED = "failed"
    LOOK = "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """All colours of one theme, as #rrggbb."""

    name: str
    background: str
    panel: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_tint: str
    on_accent: str
    row: str
    track: str
    hover: str
    done: str
    done_tint: str
    held: str
    held_tint: str
    failed: str
    failed_tint: str
    look: str
    look_tint: str
    still_top: str
    still_bottom: str
    cities: tuple[tuple[str, str], ...]

    def ink(self, tone: Tone) -> str:
        """The text colour of a tone."""
        return {
            Tone.PLAIN: self.muted,
            Tone.ACCENT: self.accent,
            Tone.DONE: self.done,
            Tone.HELD: self.held,
            Tone.FAILED: self.failed,
            Tone.LOOK: self.look,
        }[tone]

    def tint(self, tone: Tone) -> str:
        """The ground of a tone."""
        return {
            Tone.PLAIN: self.background,
            Tone.ACCENT: self.accent_tint,
            Tone.DONE: self.done_tint,
            Tone.HELD: self.held_tint,
            Tone.FAILED: self.failed_tint,
            Tone.LOOK: self.look_tint,
        }[tone]

    def city(self, city_id: str) -> tuple[str, str]:
        """Text and ground of a city's chip: the same city always has the same colour."""
        total = sum((index + 1) * ord(letter) for index, letter in enumerate(city_id))
        return self.cities[total % len(self.cities)]


LIGHT = Theme(
    name="light",
    background="#f4f6f8",
    panel="#ffffff",
    line="#dde3ea",
    text="#17212b",
    muted="#566474",
    faint="#8693a1",
    accent="#0f6fb3",
    accent_tint="#e3f0fa",
    on_accent="#ffffff",
    row="#e8f2fb",
    track="#cbd5df",
    hover="#f7f9fb",
    done="#187444",
    done_tint="#e0f3e8",
    held="#96600a",
    held_tint="#fdf0d8",
    failed="#b3261e",
    failed_tint="#fbe4e2",
    look="#6b3fa0",
    look_tint="#efe6f9",
    still_top="#27425c",
    still_bottom="#3f6d96",
    cities=(
        ("#1f6a9e", "#d8eaf7"),
        ("#1d7050", "#dcf1e7"),
        ("#94501a", "#f8e8da"),
        ("#6a44a8", "#ebe3f8"),
        ("#a03261", "#f9e0ea"),
        ("#5b6a17", "#edf1d6"),
        ("#0f6c78", "#d8eff2"),
        ("#8a4a12", "#f6e6cf"),
        ("#44529e", "#e2e6f8"),
    ),
)

DARK = Theme(
    name="dark",
    background="#11161c",
    panel="#1a2129",
    line="#2b3540",
    text="#e8edf2",
    muted="#a5b2bf",
    faint="#76838f",
    accent="#5db4f0",
    accent_tint="#173245",
    on_accent="#0c1a26",
    row="#1c2f3e",
    track="#35424f",
    hover="#1f2730",
    done="#5fd495",
    done_tint="#153426",
    held="#f0b85a",
    held_tint="#3a2c12",
    failed="#ff8a80",
    failed_tint="#43201e",
    look="#c7a4f5",
    look_tint="#2f2343",
    still_top="#27425c",
    still_bottom="#3a658c",
    cities=(
        ("#7cc0f0", "#173447"),
        ("#6fd3a8", "#163529"),
        ("#eaa870", "#3b2817"),
        ("#c3a5f2", "#2d2444"),
        ("#f29bbd", "#3e2230"),
        ("#c3d072", "#2d3216"),
        ("#73cfdb", "#133439"),
        ("#e6b877", "#382a15"),
        ("#a9b6f5", "#262d4d"),
    ),
)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG counts it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def chosen(choice: Choice, app: QApplication) -> Theme:
    """The theme for this choice; `system` follows the desktop."""
    if choice is Choice.SYSTEM:
        return DARK if app.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT
    return DARK if choice is Choice.DARK else LIGHT


def load_fonts() -> None:
    """Make the bundled font known; a missing file leaves the system's own sans serif."""
    for weight in ("Regular", "Medium", "SemiBold", "Bold"):
        QFontDatabase.addApplicationFont(str(resource("fonts", f"Inter-{weight}.otf")))


def font(px: int = BASE_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font at a size, with figures that are all equally wide."""
    made = QFont(FAMILY)
    made.setStyleHint(QFont.StyleHint.SansSerif)
    made.setPixelSize(px)
    made.setWeight(weight)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def palette(theme: Theme) -> QPalette:
    """The palette for Fusion."""
    roles = QPalette.ColorRole
    made = QPalette()
    for role, colour in (
        (roles.Window, theme.background),
        (roles.WindowText, theme.text),
        (roles.Base, theme.panel),
        (roles.AlternateBase, theme.hover),
        (roles.Text, theme.text),
        (roles.Button, theme.panel),
        (roles.ButtonText, theme.text),
        (roles.BrightText, theme.failed),
        (roles.ToolTipBase, theme.panel),
        (roles.ToolTipText, theme.text),
        (roles.PlaceholderText, theme.muted),
        (roles.Highlight, theme.accent),
        (roles.HighlightedText, theme.on_accent),
        (roles.Link, theme.accent),
        (roles.Mid, theme.line),
        (roles.Light, theme.panel),
        (roles.Dark, theme.line),
        (roles.Shadow, theme.line),
    ):
        made.setColor(role, QColor(colour))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faint))
    return made


def apply(app: QApplication, theme: Theme) -> None:
    """Give the program this look."""
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))


def style_sheet(theme: Theme) -> str:
    """The small style sheet; widgets are marked with the property `role`."""
    return _CONTROLS.format(t=theme) + _SURFACES.format(t=theme)


_CONTROLS = """
QWidget {{ font-size: 13px; }}
QPushButton, QToolButton {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line};
  border-radius: 6px; padding: 0 12px; min-height: 30px; font-weight: 500; }}
QPushButton:hover, QToolButton:hover {{ background: {t.hover}; border-color: {t.faint}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {t.line}; }}
QPushButton:checked, QToolButton:checked {{ background: {t.accent_tint}; color: {t.accent};
  border-color: {t.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {t.faint}; background: {t.background}; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {t.accent}; padding: 0 11px; min-height: 28px; }}
QToolButton::menu-indicator, QPushButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
QPushButton[role="primary"]:hover {{ background: {t.accent}; border-color: {t.text}; }}
QPushButton[role="primary"]:disabled {{ background: {t.line}; color: {t.muted}; border-color: {t.line}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {t.text}; }}
QPushButton[role="small"], QToolButton[role="small"] {{ min-height: 24px; padding: 0 9px; font-size: 12px;
  background: {t.background}; color: {t.muted}; }}
QPushButton[role="link"] {{ border: none; background: transparent; color: {t.accent}; padding: 0 4px;
  min-height: 22px; }}
QPushButton[role="link"]:hover {{ color: {t.text}; }}
QPushButton[role="link"]:focus {{ border: 2px solid {t.accent}; padding: 0 2px; min-height: 18px; }}
QLineEdit {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
  padding: 0 9px; min-height: 30px; selection-background-color: {t.accent};
  selection-color: {t.on_accent}; }}
QPushButton[role="small"]:disabled {{ color: {t.faint}; }}
QPushButton[role="small"]:focus, QToolButton[role="small"]:focus {{ padding: 0 8px; min-height: 22px; }}
QLineEdit[role="small"] {{ min-height: 24px; font-size: 12px; }}
QLineEdit:focus {{ border: 2px solid {t.accent}; padding: 0 8px; min-height: 28px; }}
QLineEdit[role="small"]:focus {{ min-height: 22px; }}
QComboBox {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
  padding: 0 9px; min-height: 30px; }}
QComboBox:focus {{ border: 2px solid {t.accent}; padding: 0 8px; min-height: 28px; }}
QComboBox::drop-down {{ border: none; width: 14px; }}
QComboBox QAbstractItemView {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line};
  selection-background-color: {t.accent_tint}; selection-color: {t.text}; }}
QMenu {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; padding: 6px; menu-scrollable: 1; }}
QMenu::item {{ padding: 6px 26px 6px 10px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent_tint}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.faint}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 5px 6px; }}
QMenu::icon {{ padding-left: 8px; }}
QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; padding: 5px 7px; }}
QProgressBar {{ background: {t.track}; border: none; border-radius: 3px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {t.track}; border-radius: 4px; min-height: 36px;
  margin: 2px 2px 2px 2px; }}
QScrollBar::handle:vertical:hover {{ background: {t.faint}; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {t.track}; border-radius: 4px; min-width: 36px; margin: 2px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""

_SURFACES = """
QWidget[role="clear"] {{ background: transparent; }}
QSplitter::handle {{ background: transparent; image: none; }}
QWidget[role="page"] {{ background: {t.background}; }}
QFrame[role="header"] {{ background: {t.panel}; border: none; border-bottom: 1px solid {t.line}; }}
QFrame[role="footer"] {{ background: {t.panel}; border: none; border-top: 1px solid {t.line}; }}
QFrame[role="card"] {{ background: {t.panel}; border: 1px solid {t.line}; border-radius: 8px; }}
QFrame[role="strip"] {{ background: transparent; border: none; border-top: 1px solid {t.line}; }}
QFrame[role="toast"] {{ background: {t.text}; border: none; border-radius: 8px; }}
QFrame[role="toast"] QLabel {{ color: {t.panel}; }}
QFrame[role="toast"] QPushButton {{ background: transparent; color: {t.panel}; border: 1px solid {t.muted};
  min-height: 24px; padding: 0 10px; }}
QFrame[role="toast"] QPushButton:hover {{ border-color: {t.panel}; }}
QFrame[role="toast"] QPushButton:focus {{ border: 2px solid {t.panel}; padding: 0 9px; min-height: 22px; }}
QFrame[role="panel"] {{ background: {t.panel}; border: 1px solid {t.line}; border-radius: 10px; }}
QFrame[role="chip"] {{ background: {t.background}; border: 1px solid {t.line}; border-radius: 5px; }}
QLabel {{ background: transparent; color: {t.text}; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="small"] {{ color: {t.muted}; font-size: 12px; }}
QLabel[role="title"] {{ font-size: 15px; font-weight: 600; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="heading"] {{ font-size: 12px; font-weight: 600; color: {t.muted}; }}
QLabel[role="display"] {{ font-size: 22px; font-weight: 700; }}
QLabel[role="good"] {{ color: {t.done}; font-weight: 600; }}
QLabel[role="care"] {{ color: {t.held}; font-weight: 600; }}
QLabel[role="bad"] {{ color: {t.failed}; font-weight: 600; }}
QLabel[role="chip"] {{ background: {t.background}; border: 1px solid {t.line}; border-radius: 5px;
  padding: 3px 8px; font-size: 12px; }}
QLabel[role="chip"][tone="care"] {{ background: {t.held_tint}; color: {t.held}; border-color: {t.held_tint}; }}
QLabel[role="key"] {{ background: {t.background}; border: 1px solid {t.line}; border-radius: 4px;
  padding: 2px 6px; font-size: 12px; font-weight: 500; }}
QTableView, QListView, QPlainTextEdit, QScrollArea {{ background: {t.panel}; border: none; outline: none;
  color: {t.text}; }}
QTableView[role="rows"] {{ border-radius: 8px; }}
QHeaderView {{ background: {t.panel}; }}
QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: none;
  border-bottom: 1px solid {t.line}; padding: 0 8px; min-height: 30px; font-size: 12px; font-weight: 600; }}
QScrollArea {{ border: 1px solid transparent; }}
QScrollArea:focus {{ border-color: {t.accent}; }}
QScrollArea[role="ground"] {{ border: none; }}
QScrollArea[role="ground"], QScrollArea[role="ground"] > QWidget > QWidget {{ background: {t.background}; }}
QPlainTextEdit {{ border: 1px solid {t.line}; border-radius: 6px; padding: 3px 5px; }}
QPlainTextEdit:focus {{ border: 2px solid {t.accent}; padding: 2px 4px; }}
QPlainTextEdit {{ selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QDialog {{ background: {t.panel}; }}
"""
