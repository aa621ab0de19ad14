"""Whether a deed is to be seen: seen, not seen, not observable, not assessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from shapely import LineString, box

from earthwork.errors import GridMismatch
from earthwork.model.vocabulary import BuildingState, Kind, Seen
from earthwork.simulate.chronicle import Deed
from earthwork.simulate.truths.polygon_fill import PixelWindow
from earthwork.simulate.truths.sightings import HIDING, Look, pixels_across, sight

SIDE_M = 100.0


def day(number: int) -> datetime:
    return datetime(2031, 3, number, 8, tzinfo=UTC)


def deed(kind, geometry, *, begun=5, done=None, undone=None, **given) -> Deed:
    return Deed(
        id="deed",
        event="event",
        kind=kind,
        state=given.pop("state", None),
        geometry=geometry,
        begun=day(begun),
        done=day(done or begun),
        undone=None if undone is None else day(undone),
        **given,
    )


def look(number=9, *, gsd_m=0.5, conditions=None, **given) -> Look:
    window = PixelWindow.of_scene(side_m=SIDE_M, gsd_m=gsd_m)
    return Look(scene="scene", moment=day(number), window=window, conditions=conditions, **given)


def flagged(what: str, rows=slice(None), columns=slice(None), *, count=200):
    conditions = np.zeros((count, count), dtype=np.uint8)
    conditions[rows, columns] = HIDING[what]
    return conditions


def seen(given_deed, given_look, **options):
    (found,) = sight([given_deed], [given_look], **options)
    return found


BERM = deed(Kind.BERM, LineString([(10, 50), (90, 50)]), least_m=8.0)
CLEARED = deed(Kind.GROUND_CLEARED, box(20, 20, 80, 80), least_m=60.0)


def test_a_berm_in_plain_view_is_seen():
    found = seen(BERM, look())
    assert found.seen is Seen.SEEN
    assert found.clear_share == 1.0
    assert found.pixels_across == 16.0
    assert found.values()["seen"] == "seen"


def test_before_its_date_it_is_not_seen_and_after_it_went_neither():
    assert seen(BERM, look(2)).seen is Seen.NOT_SEEN
    gone = deed(Kind.BERM, BERM.geometry, undone=7, least_m=8.0)
    found = seen(gone, look(9))
    assert found.seen is Seen.NOT_SEEN
    assert "removed" in found.reason


def test_half_a_berm_is_seen_as_under_way():
    found = seen(deed(Kind.BERM, BERM.geometry, begun=5, done=13, least_m=8.0), look(9))
    assert found.seen is Seen.SEEN
    assert found.reason == "under way, 50% done"


def test_a_cloud_over_it_leaves_it_not_assessed_whether_there_or_not():
    cloud = flagged("cloud")
    for number in (2, 9):
        found = seen(BERM, look(number, conditions=cloud))
        assert found.seen is Seen.NOT_ASSESSED
        assert "100% under cloud" in found.reason
        assert found.clear_share == 0.0


def test_a_cloud_elsewhere_changes_nothing():
    assert seen(BERM, look(conditions=flagged("cloud", slice(0, 50)))).clear_share == 1.0


def test_what_is_partly_hidden_is_seen_and_says_so():
    found = seen(BERM, look(conditions=flagged("cloud", columns=slice(0, 60))))
    assert found.seen is Seen.SEEN
    assert found.clear_share == pytest.approx(0.75, abs=0.01)
    assert "partly hidden: 25% under cloud" in found.reason


def test_only_the_part_that_is_done_must_be_in_view():
    growing = deed(Kind.BERM, BERM.geometry, begun=5, done=13, least_m=8.0)
    found = seen(growing, look(9, conditions=flagged("cloud", columns=slice(100, 200))))
    assert found.seen is Seen.SEEN
    assert found.clear_share == 1.0


def test_too_small_at_ten_metres():
    found = seen(BERM, look(gsd_m=10.0))
    assert found.seen is Seen.NOT_OBSERVABLE
    assert "below resolution" in found.reason
    assert found.pixels_across == pytest.approx(0.8)


def test_a_size_not_stated_is_that_of_common_works():
    bare = deed(Kind.BERM, BERM.geometry)
    assert pixels_across(bare, gsd_m=0.5) == 6.0


def test_a_tunnel_is_never_observable_not_even_under_cloud():
    tunnel = deed(Kind.TUNNEL, BERM.geometry)
    for conditions in (None, flagged("cloud")):
        found = seen(tunnel, look(conditions=conditions))
        assert found.seen is Seen.NOT_OBSERVABLE
        assert found.pixels_across is None
        assert found.values()["pixels_across"] is None


def test_outside_the_picture_is_not_assessed():
    away = deed(Kind.BERM, LineString([(110, 50), (190, 50)]), least_m=8.0)
    found = seen(away, look())
    assert found.seen is Seen.NOT_ASSESSED
    assert found.reason == "outside the picture"


def test_mostly_outside_is_not_assessed_either():
    across = deed(Kind.BERM, LineString([(70, 50), (170, 50)]), least_m=8.0)
    found = seen(across, look())
    assert found.seen is Seen.NOT_ASSESSED
    assert "70% of it outside" in found.reason


def test_a_trench_in_its_own_shadow_is_seen_but_not_in_that_of_a_tower():
    trench = deed(Kind.TRENCH, BERM.geometry, least_m=4.0, height_m=-2.0)
    own = flagged("cast shadow", slice(96, 104))
    assert seen(trench, look(conditions=own)).seen is Seen.SEEN
    assert seen(trench, look(conditions=own)).clear_share == 1.0
    found = seen(trench, look(conditions=flagged("cast shadow", slice(60, 140))))
    assert found.seen is Seen.NOT_ASSESSED
    assert "another thing's shadow" in found.reason


def test_what_a_building_does_to_itself_does_not_hide_it_but_a_neighbour_does():
    gutted = deed(Kind.BUILDING_DAMAGED, box(40, 40, 60, 60))
    # Half a metre a pixel, sun and sensor in the south: row 80 to 120 is the building.
    own = flagged("lean", slice(70, 118)) | flagged("cast shadow", slice(60, 118))
    low = replace(look(conditions=own), sun_azimuth_deg=180.0, view_azimuth_deg=180.0)
    assert seen(gutted, low).seen is Seen.SEEN
    assert seen(gutted, low).clear_share == 1.0
    others = flagged("lean", slice(80, 140)) | flagged("cast shadow", slice(80, 140))
    found = seen(gutted, replace(low, conditions=others))
    assert found.seen is Seen.NOT_ASSESSED
    assert found.reason == "hidden: 100% behind something tall"


def test_shade_hides_fallen_houses_but_not_those_that_stand():
    shade = flagged("cast shadow", slice(60, 160))
    dark = replace(look(conditions=shade), sun_azimuth_deg=180.0)
    place = box(40, 40, 60, 60)
    assert seen(deed(Kind.BUILDING_DAMAGED, place), dark).seen is Seen.SEEN
    fallen = seen(deed(Kind.BUILDING_DESTROYED, place), dark)
    assert fallen.seen is Seen.NOT_ASSESSED
    assert "another thing's shadow" in fallen.reason


def test_flat_ground_in_shadow_is_hidden_by_it():
    found = seen(CLEARED, look(conditions=flagged("cast shadow", slice(0, 190))))
    assert found.seen is Seen.NOT_ASSESSED


def test_ground_behind_a_leaning_tower_is_hidden():
    found = seen(CLEARED, look(conditions=flagged("lean")))
    assert found.reason == "hidden: 100% behind something tall"


def test_faint_ground_is_lost_in_noise_but_relief_is_not():
    noisy = look(noise=0.08)
    found = seen(CLEARED, noisy, contrasts={"deed": 1.03})
    assert found.seen is Seen.NOT_OBSERVABLE
    assert found.reason.startswith("contrast below noise: 3.0% against 8.0%")
    assert seen(CLEARED, noisy, contrasts={"deed": 1.3}).seen is Seen.SEEN
    assert seen(CLEARED, noisy).seen is Seen.SEEN
    assert seen(BERM, noisy, contrasts={"deed": 1.0}).seen is Seen.SEEN
    assert seen(CLEARED, look(), contrasts={"deed": 1.0}).seen is Seen.SEEN


def test_a_building_that_stands_shows_no_change():
    kept = deed(None, box(40, 40, 60, 60), state=BuildingState.STANDING)
    assert seen(kept, look()).seen is Seen.NOT_SEEN
    assert seen(kept, look(conditions=flagged("cloud"))).seen is Seen.NOT_ASSESSED


def test_a_deed_smaller_than_a_pixel_is_still_judged():
    heap = deed(Kind.EARTH_MOUND, box(41, 41, 42, 42), least_m=40.0)
    assert seen(heap, look(gsd_m=10.0)).seen is Seen.SEEN


def test_scenes_come_one_after_the_other():
    pairs = [(s.scene, s.deed) for s in sight([BERM, CLEARED], [look(2), look(9)])]
    assert len(pairs) == 4


def test_conditions_of_another_size_are_refused():
    with pytest.raises(GridMismatch, match="conditions of"):
        seen(BERM, look(conditions=np.zeros((3, 3), dtype=np.uint8)))
