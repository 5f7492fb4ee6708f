"""What a media file may be before we stop reading it, the same for FFmpeg and for PyAV."""

from __future__ import annotations

FORMATS = "mov,matroska,webm,mpegts,mpeg,mpegvideo,mxf,avi,wav,w64,mp3,aac,ac3,flac,ogg,asf,flv,dv,gxf,lxf"
LONGEST_SIDE = 8192
MAX_PIXELS = LONGEST_SIDE * LONGEST_SIDE
MAX_STREAMS = 64
MAX_ALLOC_BYTES = 512 * 1024 * 1024
MEDIA_CHILD_BYTES = 2 * 1024**3
FFMPEG_BYTES = 8 * 1024**3
STALLED_AFTER_S = 120.0
