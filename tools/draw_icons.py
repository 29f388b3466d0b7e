"""Draw the icons by which a device installs Mudir, from static/favicon.svg: `python tools/draw_icons.py`.

They are drawn by Chromium, which the tests ask for anyway, and kept in the repository: they change when the mark does.
"""

import re
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parents[1] / "src/mudir/static"
SIZES = {"icon-192": 192, "icon-512": 512, "icon-whole-512": 512, "icon-touch": 180}
WHOLE = {"icon-whole-512", "icon-touch"}  # the device cuts their corners itself


def drawing(name: str) -> str:
    """The mark on a ground that fills the square where the device cuts it; a circle may be all that is left of that."""
    svg = (STATIC / "favicon.svg").read_text()
    if name in WHOLE:
        svg = re.sub(r' rx="\d+"', "", svg)
    if name == "icon-whole-512":
        svg = svg.replace("<g ", '<g transform="translate(3.6 3.8) scale(.74)" ')
    return svg


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
    for name, size in SIZES.items():
        page = browser.new_page(viewport={"width": size, "height": size})
        page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:100vw}}</style>{drawing(name)}")
        page.screenshot(path=STATIC / f"{name}.png", omit_background=True)
    browser.close()
