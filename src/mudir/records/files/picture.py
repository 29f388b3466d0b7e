"""Make what is shown of an uploaded picture, from its pixels alone, in a process of its own: a made-up one can kill it.

Run by path, so that nothing of Mudir is loaded. Only the first frame, without anything that came beside the pixels.
"""

import resource
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageOps

MEMORY = 1 << 30
SECONDS = 10
MOST_PIXELS = 50_000_000
SIDE, THUMBNAIL = 1600, 160
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def main(source: str, folder: str) -> int:
    """Write `1.webp` and `thumbnail.webp` into the folder."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(source, formats=FORMATS) as picture:
        picture.draft("RGB", (SIDE, SIDE))  # a photograph is decoded no larger than it is shown
        turned = ImageOps.exif_transpose(picture)
        small = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    small.thumbnail((SIDE, SIDE))
    small.info.clear()
    write(small, Path(folder))
    return 0


def write(picture: Image.Image, folder: Path) -> None:
    picture.save(folder / "1.webp", "WEBP", quality=82)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    picture.save(folder / "thumbnail.webp", "WEBP", quality=75)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
