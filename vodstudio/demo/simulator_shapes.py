"""Complete records as a Cablecast server sends them: every field, in wire order, with its usual empty value."""

from __future__ import annotations

from typing import Any

from vodstudio.demo.simulator_objects import Body

_SHOW: Body = {
    "location": None, "id": 0, "ageRating": None, "title": "", "category": None, "comments": None,
    "bugText": None, "cgExempt": False, "contentRating": None, "crawlLength": 14400, "crawlText": "",
    "custom1": None, "custom2": None, "custom3": None, "custom4": None, "custom5": None, "custom6": None,
    "custom7": None, "custom8": None, "eventDate": None, "lastModified": None, "liveIpExempt": False,
    "localId": None, "podcastExempt": False, "producer": None, "project": None, "reels": [], "vods": [],
    "cgTitle": "", "runCount": 0, "thumbnailImage": None, "thumbnail": None, "thumbnailOptions": [],
    "customFields": [], "showFiles": [], "firstRuns": [], "totalRunTime": 0, "killDateStart": None,
    "killDateEnd": None, "modified": None, "created": None, "generateCaptions": False,
    "captionLanguage": None, "captionProvider": None, "captionVocabulary": None, "hasCaptions": False,
    "isOnReflectPlus": False, "showThumbnails": [], "generateTranslations": False,
    "translationSourceLanguage": None, "translationLanguages": None, "generateCaptionsSecondary": False,
    "captionLanguageSecondary": None, "additionalCaptionLanguages": None,
    "secondaryAdditionalCaptionLanguages": None, "showPriceSearch": None, "thumbnailAltText": None,
}  # fmt: skip
_SHOW_2026: Body = {"restrictAccessToMembers": False, "disableChannelBranding": False}
_VOD: Body = {
    "id": 0, "quality": None, "disabled": False, "fileName": None, "length": 0, "embedCode": "",
    "nonReflectEmbedCode": "", "url": None, "webVtt": "", "localUrl": None, "show": None,
    "stateChange": None, "stateProgress": 0.0, "vodConfiguration": None, "chapters": [],
    "chaptersPublished": False, "chapteringSession": None, "lastTransaction": None, "views": 0,
    "transactionType": 0, "percentComplete": 0.0, "isOnCloud": False, "vodState": "waiting",
    "errorMessage": None, "statusMessage": None, "asset": None, "isWatchable": False,
    "usesAgendaLink": False, "vodStatus": 0, "secondaryAudioProgramming": 0, "primaryAudioLabel": None,
    "primaryAudioLangCode": None, "secondaryAudioLabel": None, "secondaryAudioLangCode": None,
}  # fmt: skip
_VOD_2026: Body = {"smartSummarySetting": 0, "waitForAudioDescription": False, "publishDate": None}
_REEL: Body = {
    "id": 0, "media": None, "chapter": 0, "title": 0, "length": 0, "cue": 0, "reelNumber": 1, "show": None,
    "userFileName": None, "assetReelLinks": [], "hasValidFile": False, "hasInvalidFile": False,
    "hasProcessingFile": False, "playbackAsset": None, "secondaryAudioProgramming": 0, "audioPrograms": 1,
}  # fmt: skip
_MEDIA: Body = {
    "id": 0, "creationDate": None, "dispositionDate": None, "disposition": None, "format": None,
    "location": None, "mediaName": "", "preAssignedDevice": None, "preAssignedDeviceSlot": 0,
    "overrideAspectRatio": 0, "networkStream": None,
}  # fmt: skip
_CHAPTER: Body = {
    "id": 0, "vod": None, "title": "", "body": "", "operatorNote": None, "offset": 0, "quickAdded": False,
    "order": None, "deleted": False, "hidden": False, "link": None,
}  # fmt: skip
_FILE_UPLOAD: Body = {
    "id": 0, "fileName": "", "destinationStore": None, "state": 1, "created": None, "lastModified": None,
    "totalSegments": 0, "size": 0, "asset": None,
}  # fmt: skip
_DIGITAL_FILE: Body = {
    "ambiguous": False, "aspectRatio": 0, "bitrate": 0, "server": 1, "controlModuleSet": 1, "codec": "h264",
    "created": None, "fileName": "", "fileSize": 0, "frameCount": 0, "frameRate": 29.97, "height": 0,
    "id": 0, "isValid": False, "isDeprecated": False, "location": None, "modified": None, "partial": False,
    "path": "", "problemDescription": None, "reelNumber": 1, "sampleRate": 48000, "show": None,
    "supportedFields": 0, "updatedDateTime": None, "vbiExists": False, "width": 0, "reel": None,
    "thumbnails": [], "mediaInfo": None, "hasCaptions": False, "captionsAreCompatible": False,
    "captionsMessage": None, "sha1": None, "isStreamable": True, "digitalFileLinks": [],
}  # fmt: skip
_ASSET: Body = {
    "id": 0, "path": "", "url": "", "extension": "", "fileStatus": "Processing", "fileType": "video",
    "hasCaptions": False, "hasMultipleAudioProgram": False, "size": 0, "thumbnailState": "none",
    "thumbnailUrl": None, "vods": [], "reels": [], "fileStores": [], "assetInfos": [], "assetLogs": [],
    "assetThumbnails": [], "fileStoreAssets": [],
}  # fmt: skip

_EMPTY: dict[str, Body] = {
    "show": _SHOW, "vod": _VOD, "reel": _REEL, "media": _MEDIA, "chapter": _CHAPTER,
    "fileUpload": _FILE_UPLOAD, "digitalFile": _DIGITAL_FILE, "asset": _ASSET,
}  # fmt: skip
_NEWER: dict[str, Body] = {"show": _SHOW_2026, "vod": _VOD_2026}

CLOSED_TO_GUESTS = frozenset({"assetReelLinks", "digitalFileLinks"})


def full(kind: str, known: Body, *, newer: bool = True) -> Body:
    """A complete record of this kind with what is known of it; unknown keys are dropped, as a server does."""
    shape = {**_EMPTY[kind], **(_NEWER.get(kind, {}) if newer else {})}
    return {key: known.get(key, _copy(value)) for key, value in shape.items()}


def custom_field(number: int, field: Body, value: Any) -> Body:
    """A value of a station's own show field, as it stands in a show."""
    return {
        "id": number,
        "showField": field["id"],
        "value": value,
        "type": field.get("type", "string"),
        "fieldName": field.get("label", ""),
        "fieldValueString": None,
    }


def _copy(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value
