"""What farmers do to their land: plough, sow, cut, burn, wall."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from earthwork.simulate.cities.city import Crop, Field
from earthwork.simulate.landscape import Bank, Patch
from earthwork.simulate.ordinary.things import FULL, Sort, Thing, Today
from earthwork.simulate.painting.materials import Material

_CYCLE = (Material.STUBBLE, Material.PLOUGHED, Material.GREEN)
"""What a field looks like in turn; a fallow one joins where it would be ploughed."""
_STARTS = {Crop.STUBBLE: 0, Crop.FALLOW: 1, Crop.GREEN: 2}
_LEAST_TURN_DAYS, _MOST_TURN_DAYS = 70.0, 190.0
_AT_WORK = 0.06
"""Share of a turn during which the field is partly done."""
_BURNS = 0.35
_WALLS = 0.3


def farmed(today: Today) -> Iterator[Thing]:
    """Yield fields that no longer look as the plan has them: ploughed, green, cut, half done.

    Each field goes from stubble to ploughed to green and round again at its own pace, counted
    from the first date; orchards stay.
    """
    for number, field in enumerate(today.city.fields):
        rng = today.rng("farmed", str(number))
        is_used = rng.uniform() * FULL < today.order.ploughing
        if field.crop is not Crop.ORCHARD and is_used and today.elapsed > 0:
            yield from _crop_now(field, f"field/{number}", today, rng=rng)


def _crop_now(
    field: Field, name: str, today: Today, *, rng: np.random.Generator
) -> Iterator[Thing]:
    length = float(rng.uniform(_LEAST_TURN_DAYS, _MOST_TURN_DAYS))
    passed = today.elapsed / length + float(rng.uniform())
    turn, share = int(passed), (passed % 1) / _AT_WORK
    if turn == 0:
        return
    heading = field.heading_deg + float(rng.choice([0.0, 0.0, 90.0]))
    tone = 0.9 + 0.2 * float(today.rng(name, str(turn)).uniform())
    before, now = (_CYCLE[(_STARTS[field.crop] + n) % len(_CYCLE)] for n in (turn - 1, turn))
    patches = []
    if share < 1 and turn > 1:
        patches.append(Patch(outline=field.outline, material=before, heading_deg=heading))
    done = _swept(field, min(share, 1.0))
    rough = 0.05 if now is Material.PLOUGHED else 0.02
    patches.append(
        Patch(outline=done, material=now, tone=tone, heading_deg=heading, roughness_m=rough)
    )
    yield Thing(id=f"{name}/{turn}", sort=Sort.FARMED, geometry=done, patches=tuple(patches))


def _swept(field: Field, share: float) -> BaseGeometry:
    """Return the part of a field that has been worked, from one side over."""
    if share >= 1:
        return field.outline
    turn = np.radians(field.heading_deg)
    across = np.array([np.cos(turn), -np.sin(turn)])
    along = np.array([np.sin(turn), np.cos(turn)])
    reach = shapely.get_coordinates(field.outline) @ across
    edge = reach.min() + max(share, 0.05) * np.ptp(reach)
    far = 2 * float(np.abs(shapely.get_coordinates(field.outline)).max()) + 10.0
    corners = [across * edge + along * far, across * edge - along * far,
               across * -far - along * far, across * -far + along * far]  # fmt: skip
    return field.outline.intersection(Polygon(corners))


def burnt(today: Today) -> Iterator[Thing]:
    """Yield burnt stubble: ragged patches of some fields, for some weeks or months."""
    for number, field in enumerate(today.city.fields):
        rng = today.rng("burnt", str(number))
        is_used = rng.uniform() * FULL < _BURNS * today.order.burnt
        begun, stays = rng.uniform(1, 300), rng.uniform(30, 120)
        if field.crop in {Crop.ORCHARD, Crop.GREEN} or not is_used:
            continue
        if 0 <= today.elapsed - begun < stays:
            yield _burnt(field, f"burnt/{number}", rng=rng)


def _burnt(field: Field, name: str, *, rng: np.random.Generator) -> Thing:
    middle = field.outline.representative_point()
    size = float(np.sqrt(field.outline.area))
    spread = rng.normal(0, 0.3 * size, (6, 2))
    blobs = [
        shapely.Point(middle.x + dx, middle.y + dy).buffer(float(rng.uniform(0.15, 0.4)) * size)
        for dx, dy in spread
    ]
    area = ragged(shapely.union_all(blobs), rng=rng).intersection(field.outline)
    tone = float(rng.uniform(0.8, 1.5))
    return Thing(id=name, sort=Sort.BURNT, geometry=area, patches=(
        Patch(outline=area, material=Material.BURNT, tone=tone, heading_deg=field.heading_deg),
    ))  # fmt: skip


def ragged(area: BaseGeometry, *, rng: np.random.Generator, jitter_m: float = 2.5) -> BaseGeometry:
    """Return an area with an uneven rim."""
    parts = []
    for polygon in shapely.get_parts(area):
        rim = shapely.segmentize(polygon.exterior, 4.0)
        points = shapely.get_coordinates(rim)[:-1]
        points = points + rng.normal(0, jitter_m, points.shape)
        # Closed, then opened: spikes and nicks of single points go, bays and tongues stay.
        parts.append(Polygon(points).buffer(0).buffer(1.5).buffer(-3.0).buffer(1.5))
    return shapely.union_all(parts)


def field_walls(today: Today) -> Iterator[Thing]:
    """Yield low banks thrown up along the edges of fields, and old walls that are cleared away.

    A metre high and two wide: what a berm is mistaken for.
    """
    for number, field in enumerate(today.city.fields):
        rng = today.rng("walls", str(number))
        is_used = rng.uniform() * FULL < _WALLS * today.order.field_walls
        begun, stays = rng.uniform(1, 400), rng.uniform(200, 900)
        if is_used and 0 <= today.elapsed - begun < stays:
            yield _wall(field, f"wall/{number}", rng=rng)
    for number, line in enumerate(today.city.field_walls):
        rng = today.rng("walls gone", str(number))
        is_used = rng.uniform() * FULL < 0.5 * _WALLS * today.order.field_walls
        if is_used and today.elapsed >= rng.uniform(1, 500):
            yield _wall_gone(line, f"wall gone/{number}")


def _wall_gone(line: LineString, name: str) -> Thing:
    strip = line.buffer(1.4, cap_style="flat")
    patch = Patch(outline=strip, material=Material.FALLOW, fells=True)
    return Thing(id=name, sort=Sort.FIELD_WALL_GONE, geometry=strip, patches=(patch,))


def _wall(field: Field, name: str, *, rng: np.random.Generator) -> Thing:
    rim = shapely.get_coordinates(field.outline.exterior.simplify(2.0))
    longest = max(map(LineString, pairwise(rim)), key=lambda side: side.length)
    inward = shapely.get_coordinates(field.outline.centroid)[0] - longest.centroid.coords[0]
    line = translate(longest, *(1.5 * inward / max(float(np.hypot(*inward)), 1.0)))
    base = float(rng.uniform(1.6, 2.6))
    bank = Bank(
        line=line,
        height_m=float(rng.uniform(0.5, 1.0)),
        crest_m=0.4,
        base_m=base,
        tone=float(rng.uniform(0.9, 1.15)),
    )
    foot = line.buffer(base / 2, cap_style="flat")
    return Thing(id=name, sort=Sort.FIELD_WALL, geometry=foot, banks=(bank,))
