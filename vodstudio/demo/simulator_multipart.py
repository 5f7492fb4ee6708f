"""Form parts as browsers and clients send them."""

from __future__ import annotations

from email.message import Message


def read_parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """The content of each named part of a multipart form; empty when it is none."""
    boundary = _parameter(content_type, "boundary", "content-type")
    parts: dict[str, bytes] = {}
    if not boundary:
        return parts
    for part in body.split(b"--" + boundary.encode("latin-1"))[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = _name_of(head.decode("utf-8", errors="replace"))
        if name:
            parts[name] = content.removesuffix(b"\r\n")
    return parts


def _name_of(head: str) -> str:
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.lower() == "content-disposition":
            return _parameter(value.strip(), "name", key)
    return ""


def _parameter(value: str, name: str, header: str) -> str:
    message = Message()
    message[header] = value
    found = message.get_param(name, header=header)
    return found if isinstance(found, str) else ""
