"""The frozen scenes on which detectors of siege works are accepted.

They were frozen before any such detector was written, in styles of city that are held out of
training, so that nobody draws what they detect. ``scenes.json`` holds the seeds and the digests of
what they give: of the order, of the truth, and of the pixels.

Run from the repository's root: ``python benchmarks/acceptance/frozen_scenes.py`` makes every scene
anew and says which digests differ; ``--write FOLDER`` also keeps the scenes; ``--freeze`` replaces
the digests, which ends every comparison with figures measured before.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import rasterio

from earthwork.pipeline.simulating import simulate
from earthwork.settings.scenario_file import resolve_scenario
from earthwork.simulate.alterations.chance import draw_scenario
from earthwork.simulate.scenario import Scenario

FROZEN = Path(__file__).with_name("scenes.json")


def main() -> None:
    """Make the scenes; compare, or freeze."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--freeze", action="store_true", help="replace the digests")
    parser.add_argument("--write", type=Path, help="folder to keep the scenes in")
    parser.add_argument("--only", nargs="+", help="names of scenes")
    arguments = parser.parse_args()
    scenes = json.loads(FROZEN.read_text(encoding="utf-8"))
    differing = 0
    for scene in scenes:
        if arguments.only and scene["name"] not in arguments.only:
            continue
        digests = made(scene, arguments.write)
        changed = {k: v for k, v in digests.items() if scene.get("digests", {}).get(k) != v}
        differing += bool(changed)
        print(
            f"{scene['name']}: {'as frozen' if not changed else 'differs: ' + ', '.join(changed)}"
        )
        if arguments.freeze:
            scene["digests"] = digests
    if arguments.freeze:
        FROZEN.write_text(json.dumps(scenes, indent=1) + "\n", encoding="utf-8")
    elif differing:
        sys.exit(f"{differing} scenes are not as they were frozen")


def ordered(scene: dict) -> Scenario:
    """Return the scenario of a frozen scene."""
    if "scenario" in scene:
        return resolve_scenario(scene["scenario"])
    return draw_scenario(
        scene["seed"], side_m=scene["side_m"], style=scene["style"], gsd_m=scene["gsd_m"],
        dates=scene["dates"],
    )  # fmt: skip


def made(scene: dict, keep: Path | None) -> dict[str, str]:
    """Simulate one scene and return its digests by name."""
    folder = Path(tempfile.mkdtemp()) if keep is None else keep / scene["name"]
    simulate(ordered(scene), folder)
    found = digests_of(folder)
    if keep is None:
        shutil.rmtree(folder)
    return found


def digests_of(folder: Path) -> dict[str, str]:
    """Return the digest of the pixels of every raster, and of the streets.

    What can be seen in a picture is told by rules, which may be mended: it is not frozen.
    """
    rasters = sorted([*folder.glob("images/*.tif"), *folder.glob("truth/labels-*.tif")])
    texts = sorted(folder.glob("layers/roads.osm"))
    found = {}
    for path in rasters:
        with rasterio.open(path) as file:
            found[path.relative_to(folder).as_posix()] = digest(file.read().tobytes())
    for path in texts:
        found[path.relative_to(folder).as_posix()] = digest(path.read_bytes())
    return found


def digest(data: bytes) -> str:
    """Return sixteen hex digits of a sha256."""
    return hashlib.sha256(data).hexdigest()[:16]


if __name__ == "__main__":
    main()
