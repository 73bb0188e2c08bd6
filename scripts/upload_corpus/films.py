"""Sound, films and pictures by ffmpeg, and sound with the tags of mutagen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from upload_corpus.made import Made, in_folder, library, run

_TONE: Final = "sine=frequency=440:duration=0.5"
_BARS: Final = "testsrc=size=96x64:rate=10:duration=0.5"
_TWO_SPEAKERS: Final = "-ac 2"
_PLAIN: Final = "-bitexact"
_TITLE: Final = (
    "-metadata title=\u00dcber_\u65e5\u672c -metadata artist=Somebody -metadata date=2026 "
    "-metadata comment=a<b&c"
)

_SOUNDS: Final = {
    "cbr-32": "-b:a 32k",
    "cbr-64": "-b:a 64k",
    "cbr-128": f"{_TWO_SPEAKERS} -b:a 128k",
    "cbr-192": f"{_TWO_SPEAKERS} -b:a 192k",
    "cbr-320": f"{_TWO_SPEAKERS} -b:a 320k",
    "vbr-0": f"{_TWO_SPEAKERS} -q:a 0",
    "vbr-4": "-q:a 4",
    "vbr-9": "-q:a 9",
    "abr": "-b:a 96k -abr 1",
    "mono-22050": "-ar 22050 -b:a 48k",
    "mono-24000": "-ar 24000 -b:a 48k",
    "mono-16000": "-ar 16000 -b:a 24k",
    "mono-8000": "-ar 8000 -b:a 8k",
    "mono-11025": "-ar 11025 -b:a 16k",
    "mono-48000": "-ar 48000 -b:a 64k",
    "separate-channels": f"{_TWO_SPEAKERS} -joint_stereo 0 -b:a 128k",
    "id3v23": f"{_TITLE} -id3v2_version 3",
    "id3v24": f"{_TITLE} -id3v2_version 4",
    "id3v1-as-well": f"{_TITLE} -write_id3v1 1",
    "id3v1-only": f"{_TITLE} -id3v2_version 0 -write_id3v1 1",
    "no-tag": "-id3v2_version 0 -write_xing 0",
    "no-xing": "-write_xing 0",
    "no-reservoir": "-reservoir 0 -b:a 64k",
    "shine": "-c:a libshine -b:a 64k",
}
_H264: Final = "-c:v libx264 -pix_fmt yuv420p"
_BOTH: Final = f"{_H264} -c:a aac -b:a 32k"
_FILMS: Final = {
    "h264-aac": _BOTH,
    "h264-baseline": f"-an {_H264} -profile:v baseline",
    "h264-high10": "-an -c:v libx264 -pix_fmt yuv420p10le",
    "h264-444": "-an -c:v libx264 -pix_fmt yuv444p",
    "hevc": "-an -c:v libx265 -pix_fmt yuv420p -x265-params log-level=error",
    "hevc-hvc1": "-an -c:v libx265 -tag:v hvc1 -pix_fmt yuv420p -x265-params log-level=error",
    "av1-svt": "-an -c:v libsvtav1 -pix_fmt yuv420p -preset 8",
    "av1-aom": "-an -c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p",
    "mpeg4": "-an -c:v mpeg4",
    "vp9": "-an -c:v libvpx-vp9 -pix_fmt yuv420p",
    "faststart": f"{_BOTH} -movflags +faststart",
    "fragmented": f"{_BOTH} -g 2 -movflags frag_keyframe+empty_moov",
    "fragmented-cmaf": f"-an {_H264} -g 2 -movflags +cmaf+frag_keyframe",
    "fragmented-dash": f"-an {_H264} -g 2 -movflags +dash+global_sidx+frag_keyframe",
    "default-base-moof": f"-an {_H264} -movflags frag_every_frame+default_base_moof+empty_moov",
    "title": f"{_BOTH} {_TITLE}",
    "title-as-mdta": f"{_BOTH} {_TITLE} -metadata com.test.key=1 -movflags use_metadata_tags",
    "turned": f"-an {_H264} -metadata:s:v:0 rotate=90",
    "timecode": f"-an {_H264} -timecode 01:00:00:00",
    "rtp-hints": f"-an {_H264} -movflags +rtphint",
    "edit-list": f"{_BOTH} -use_editlist 1 -ss 0.1",
    "colours": f"-an {_H264} -color_primaries bt709 -colorspace bt709 -color_trc bt709 "
    "-movflags +write_colr",
    "producer-time": f"-an {_H264} -movflags frag_keyframe+empty_moov -write_prft wallclock",
    "sound-aac": "-vn -c:a aac -b:a 32k",
    "sound-mp3": "-vn -c:a libmp3lame -b:a 32k",
    "sound-opus": "-vn -c:a libopus -b:a 24k",
    "sound-alac": "-vn -c:a alac",
    "brand-mp42": f"-an {_H264} -brand mp42",
}
_PICTURES: Final = {
    "still-rgb.png": "-frames:v 1 -pix_fmt rgb24",
    "still-rgba.png": "-frames:v 1 -pix_fmt rgba",
    "still-grey.png": "-frames:v 1 -pix_fmt gray",
    "still-grey16.png": "-frames:v 1 -pix_fmt gray16be",
    "still-grey-alpha.png": "-frames:v 1 -pix_fmt ya8",
    "still-rgb48.png": "-frames:v 1 -pix_fmt rgb48be",
    "still-rgba64.png": "-frames:v 1 -pix_fmt rgba64be",
    "still-black-white.png": "-frames:v 1 -pix_fmt monob",
    "still-palette.png": "-frames:v 1 -pix_fmt pal8",
    "still-filtered.png": "-frames:v 1 -pix_fmt rgb24 -pred mixed",
    "film-apng.png": "-f apng -plays 0 -pix_fmt rgba",
    "still-420.jpg": "-frames:v 1 -pix_fmt yuvj420p",
    "still-422.jpg": "-frames:v 1 -pix_fmt yuvj422p",
    "still-444.jpg": "-frames:v 1 -pix_fmt yuvj444p",
    "still-coarse.jpg": "-frames:v 1 -pix_fmt yuvj420p -q:v 31",
    "still-fine.jpg": "-frames:v 1 -pix_fmt yuvj420p -q:v 1 -huffman default",
    "still.gif": "-frames:v 1",
    "film.gif": "-loop 0",
    "film-once.gif": "-loop -1",
    "film-whole.gif": "-gifflags -offsetting-transdiff",
    "still-lossy.webp": "-frames:v 1 -c:v libwebp -pix_fmt yuv420p",
    "still-lossless.webp": "-frames:v 1 -c:v libwebp -lossless 1 -pix_fmt bgra",
    "film.webp": "-c:v libwebp_anim -loop 0 -pix_fmt yuv420p",
    "film-lossless.webp": "-c:v libwebp_anim -lossless 1 -pix_fmt bgra",
    "still.avif": "-frames:v 1 -c:v libaom-av1 -still-picture 1 -cpu-used 8 -pix_fmt yuv420p",
    "still-444.avif": "-frames:v 1 -c:v libaom-av1 -still-picture 1 -cpu-used 8 -pix_fmt yuv444p",
    "still-10-bits.avif": "-frames:v 1 -c:v libaom-av1 -still-picture 1 -cpu-used 8 "
    "-pix_fmt yuv420p10le",
}


def make() -> Iterator[Made]:
    """Yield everything that ffmpeg and mutagen make."""
    yield from in_folder(_all)


def _all(folder: Path) -> Iterator[Made]:
    tool = " ".join(run("ffmpeg", "-version").split()[0:3:2])
    cover, subtitles, chapters = folder / "cover.png", folder / "text.srt", folder / "chapters"
    _ffmpeg(f"-f lavfi -i {_BARS} -frames:v 1", cover)
    subtitles.write_text("1\n00:00:00,000 --> 00:00:00,400\nH\u00e4llo <i>you</i>\n", "utf-8")
    chapters.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/10\nSTART=0\nEND=3\ntitle=One\n")
    tone, bars = f"-f lavfi -i {_TONE}", f"-f lavfi -i {_BARS}"
    plans = {
        **{f"{name}.mp3": f"{tone} {options} {_PLAIN}" for name, options in _SOUNDS.items()},
        **{
            f"cover-{version}.mp3": f"{tone} -i {cover} -map 0 -map 1 -c:v {codec} "
            f"-id3v2_version {version} -metadata:s:v title=Cover -disposition:v attached_pic"
            for version, codec in ((3, "mjpeg"), (4, "png"))
        },
        **{f"{name}.mp4": f"{bars} {tone} {options}" for name, options in _FILMS.items()},
        "apple.m4v": f"{bars} {tone} {_H264} -c:a aac -b:a 32k",
        "subtitles.mp4": f"{bars} -i {subtitles} {_H264} -c:s mov_text -metadata:s:s:0 "
        "language=deu",
        "chapters.mp4": f"{bars} -i {chapters} {_H264} -map_metadata 1",
        "two-sounds.mp4": f"{bars} {tone} {tone} -map 0 -map 1 -map 2 {_H264} -c:a aac -b:a 32k",
        "cover.mp4": f"{bars} -i {cover} -map 0 -map 1 {_H264} -c:v:1 png "
        "-disposition:v:1 attached_pic",
        **{f"ffmpeg-{name}": f"{bars} {options}" for name, options in _PICTURES.items()},
    }
    for name, options in plans.items():
        target = folder / name
        _ffmpeg(options, target)
        yield Made(name, target.read_bytes(), tool)
    yield from _tagged(folder)


def _ffmpeg(options: str, target: Path) -> None:
    run("ffmpeg", "-v", "error", "-nostdin", "-y", *options.split(), target)


def _tagged(folder: Path) -> Iterator[Made]:
    mutagen, tool = library("mutagen")
    id3: Any = library("mutagen.id3", "mutagen")[0]
    ape: Any = library("mutagen.apev2", "mutagen")[0]
    source = (folder / "no-tag.mp3").read_bytes()
    cover = (folder / "cover.png").read_bytes()

    def tagged(name: str, *frames: Any, v1: int = 0, v2: int = 4, more: Any = None) -> Made:
        path = folder / name
        path.write_bytes(source)
        tags = id3.ID3()
        for frame in frames:
            tags.add(frame)
        if frames:
            tags.save(path, v1=v1, v2_version=v2)
        if more:
            more(path)
        return Made(name, path.read_bytes(), tool)

    def with_ape(path: Path) -> None:
        tags = ape.APEv2()
        tags["Title"] = "\u00dcber"
        tags.save(path)

    title = id3.TIT2(encoding=3, text="\u65e5\u672c <b>")
    yield tagged("mutagen-v24.mp3", title, id3.TALB(encoding=1, text="Album"))
    yield tagged("mutagen-v23-v1.mp3", title, v1=2, v2=3)
    yield tagged(
        "mutagen-cover-lyrics.mp3",
        title,
        id3.APIC(encoding=3, mime="image/png", type=3, desc="Cover", data=cover),
        id3.USLT(encoding=3, lang="eng", desc="", text="la la\nla"),
        id3.WOAR(url="https://somebody.test/"),
    )
    yield tagged("mutagen-ape.mp3", more=with_ape)
    yield tagged("mutagen-ape-id3.mp3", title, v1=2, more=with_ape)
    film = folder / "mutagen.mp4"
    film.write_bytes((folder / "h264-aac.mp4").read_bytes())
    boxes = mutagen.File(film)
    boxes["\xa9nam"], boxes["desc"], boxes["covr"] = ["\u00dcber"], ["a <b> film"], [cover]
    boxes.save()
    yield Made("mutagen.mp4", film.read_bytes(), tool)
