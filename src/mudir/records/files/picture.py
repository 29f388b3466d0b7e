"""Make what is shown of an uploaded file, from its pixels alone, in a process of its own: a made-up one can kill it.

Run by path, so that nothing of Mudir is loaded. Of a picture only the first frame, without anything that came beside
the pixels; of a PDF its first pages as pictures, so that nothing in it runs in anybody's browser.
"""

import resource
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageOps

MEMORY, SECONDS, LARGEST = 1 << 30, 10, 64 << 20
MOST_PIXELS = 50_000_000
MOST_PAGES = 10
SIDE, THUMBNAIL = 1600, 160
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def main(source: str, folder: str) -> int:
    """Write `1.webp` and so on into the folder, and `thumbnail.webp`; say how many pages a document has."""
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, LARGEST)):
        resource.setrlimit(limit, (most, most))
    with open(source, "rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        draw_pages(source, Path(folder))
    else:
        draw_picture(source, Path(folder))
    return 0


def draw_picture(source: str, folder: Path) -> None:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(source, formats=FORMATS) as picture:
        picture.draft("RGB", (SIDE, SIDE))  # a photograph is decoded no larger than it is shown
        turned = ImageOps.exif_transpose(picture)
        small = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    small.thumbnail((SIDE, SIDE))
    small.info.clear()
    write(small, folder, 1)


def draw_pages(source: str, folder: Path) -> None:
    from pypdfium2 import PdfDocument

    with PdfDocument(source) as document:
        print(len(document), flush=True)
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            picture = page.render(scale=SIDE / max(*page.get_size(), 1), may_draw_forms=False).to_pil()
            write(picture.convert("RGB"), folder, number + 1)
            page.close()


def write(picture: Image.Image, folder: Path, number: int) -> None:
    """Whole or not at all: what is there when the process is ended from outside is shown."""
    picture.save(folder / "next", "WEBP", quality=82)
    (folder / "next").rename(folder / f"{number}.webp")
    if number == 1:
        picture.thumbnail((THUMBNAIL, THUMBNAIL))
        picture.save(folder / "thumbnail", "WEBP", quality=75)
        (folder / "thumbnail").rename(folder / "thumbnail.webp")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
