"""Whether a kind can be seen: pixels across, sun, view, contrast, and what is said of it."""

from __future__ import annotations

import re
from math import exp, inf, log
from pathlib import Path

import pytest

from earthwork.errors import InvalidValue
from earthwork.model import resolvability
from earthwork.model.detection import FALSE_ALARMS, DetectionCurve
from earthwork.model.detection_curves import CURVES
from earthwork.model.resolvability import (
    VISIBILITY,
    Viewing,
    coarsest_gsd_m,
    curve_of,
    detection_pixels,
    detection_probability,
    observability,
    pixels_needed,
    resolve_least_detection,
)
from earthwork.model.vocabulary import Kind, Seen

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "resolvability.md"
PLAIN = DetectionCurve(half_px=2.0, slope=2.0, ceiling=1.0, contrast_gain=1.0, usual_contrast=0.2,
                       high_sun=-1.0, low_sun=2.0, oblique=-0.5, most_oblique=-2.0,
                       panchromatic=-1.0, works=9)  # fmt: skip


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Kind:
    monkeypatch.setitem(resolvability.CURVES, Kind.BERM, PLAIN)
    return Kind.BERM


def chance(logit: float) -> float:
    return FALSE_ALARMS + (1 - FALSE_ALARMS) / (1 + exp(-logit))


def colour(gsd_m: float = 1.5, **given: float) -> Viewing:
    return Viewing(gsd_m=gsd_m, is_panchromatic=False, **given)


def test_half_way_up_at_the_pixels_that_the_curve_names(plain: Kind) -> None:
    assert detection_probability(plain, colour(1.5)) == pytest.approx(chance(0))
    assert detection_probability(plain, colour(0.75)) == pytest.approx(chance(2 * log(2)))


def test_the_size_that_is_said_takes_the_place_of_the_common_one(plain: Kind) -> None:
    assert detection_probability(plain, colour(3.0, size_m=6.0)) == pytest.approx(chance(0))


@pytest.mark.parametrize(
    ("given", "logit"),
    [
        ({"sun_elevation_deg": 45.0}, 0.0),
        ({"sun_elevation_deg": 56.5}, -0.5),
        ({"sun_elevation_deg": 80.0}, -1.0),
        ({"sun_elevation_deg": 22.0}, 2.0),
        ({"sun_elevation_deg": 5.0}, 2.0),
        ({"off_nadir_deg": 0.0}, 0.0),
        ({"off_nadir_deg": 15.0}, -0.5),
        ({"off_nadir_deg": 22.5}, -1.25),
        ({"off_nadir_deg": -30.0}, -2.0),
        ({"contrast": exp(0.4)}, log(2)),
        ({"contrast": exp(-0.1)}, -log(2)),
        ({"contrast": 1.0}, log(0.02 / 0.2)),
    ],
)
def test_each_condition_moves_the_logit_by_its_shift(
    plain: Kind, given: dict[str, float], logit: float
) -> None:
    assert detection_probability(plain, colour(**given)) == pytest.approx(chance(logit))


@pytest.mark.parametrize(("is_panchromatic", "logit"), [(True, -1), (False, 0), (None, 0)])
def test_one_band_shows_less_and_unknown_bands_count_as_colour(
    plain: Kind, is_panchromatic: bool | None, logit: float
) -> None:
    viewing = Viewing(gsd_m=1.5, is_panchromatic=is_panchromatic)
    assert detection_probability(plain, viewing) == pytest.approx(chance(logit))


def test_conditions_change_what_is_needed_by_a_factor_of_two_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shallow = DetectionCurve(half_px=20.0, slope=0.5, low_sun=-3.0, high_sun=3.0)
    for kind, most in ((Kind.BERM, 2.0), (Kind.BUILDING_RAZED, 1.0)):
        monkeypatch.setitem(resolvability.CURVES, kind, shallow)
        middle = pixels_needed(kind)
        assert pixels_needed(kind, colour(sun_elevation_deg=22.0)) == pytest.approx(most * middle)
        assert pixels_needed(kind, colour(sun_elevation_deg=68.0)) == pytest.approx(middle / most)


def test_an_enlarged_picture_shows_no_more_than_it_resolves(plain: Kind) -> None:
    enlarged = colour(0.3, effective_gsd_m=1.5)
    assert enlarged.resolved_m == 1.5
    assert detection_probability(plain, enlarged) == pytest.approx(chance(0))
    assert colour(1.5, effective_gsd_m=0.3).resolved_m == 1.5


def test_nothing_is_told_in_the_dark_or_under_the_ground(plain: Kind) -> None:
    assert detection_probability(plain, colour(sun_elevation_deg=0.0)) == 0.0
    assert detection_probability(Kind.TUNNEL, colour(0.3)) == 0.0


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_pixels_for_a_chance_give_that_chance(plain: Kind, share: float) -> None:
    viewing = colour(1.0, sun_elevation_deg=22.0, off_nadir_deg=15.0)
    across = detection_pixels(plain, share, viewing)
    seen = colour(1.0, sun_elevation_deg=22.0, off_nadir_deg=15.0, size_m=across)
    assert detection_probability(plain, seen) == pytest.approx(share)


def test_what_lies_beyond_a_curve_takes_no_pixels_or_endless_many(plain: Kind) -> None:
    assert detection_pixels(plain, 1.0) == inf
    assert detection_pixels(plain, 0.01) == 0.0


def test_a_kind_without_a_curve_takes_one_by_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(resolvability.CURVES, Kind.GATE, raising=False)
    curve = curve_of(Kind.GATE)
    assert curve.half_px == VISIBILITY[Kind.GATE].pixels_across / 2
    assert curve.works == 0
    assert "by rule, not measured" in observability(Kind.GATE, gsd_m=0.3)[1]


def test_a_tunnel_has_no_curve() -> None:
    with pytest.raises(InvalidValue, match="no curve tells when a tunnel"):
        curve_of(Kind.TUNNEL)


def test_seeing_takes_enough_pixels_to_tell_and_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for half, needed in ((0.01, 2.0), (4.0, None)):
        monkeypatch.setitem(resolvability.CURVES, Kind.BERM, DetectionCurve(half_px=half, slope=2))
        told = detection_pixels(Kind.BERM, 0.5)
        assert pixels_needed(Kind.BERM) == pytest.approx(needed or told)


def test_a_kind_that_is_often_missed_counts_from_near_its_ceiling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    low = DetectionCurve(half_px=2.0, slope=2.0, ceiling=0.5)
    monkeypatch.setitem(resolvability.CURVES, Kind.CRATER, low)
    assert resolve_least_detection(Kind.CRATER) == pytest.approx(0.25)
    assert pixels_needed(Kind.CRATER) < inf


def test_below_resolution_says_what_would_do(plain: Kind) -> None:
    seen, reason = observability(
        plain, gsd_m=3.0, sun_elevation_deg=68.0, off_nadir_deg=5.0, is_panchromatic=False
    )
    limit = coarsest_gsd_m(plain, colour(3.0, sun_elevation_deg=68.0))
    assert seen is Seen.NOT_OBSERVABLE
    assert reason == (
        f"below resolution: a pixel is 3 m, {limit:.2g} m or finer is needed for berm of 3 m as it"
        f" was taken ({coarsest_gsd_m(plain, colour(3.0)):.2g} m in middle conditions)"
    )


def test_unknown_conditions_are_said_to_be_taken_for_middling(plain: Kind) -> None:
    seen, reason = observability(plain, gsd_m=0.3)
    assert seen is None
    assert "sun and view and bands unknown, taken for middling" in reason
    _, half = observability(plain, gsd_m=0.3, sun_elevation_deg=45.0)
    assert "; view and bands unknown" in half
    assert "told" in half


def test_a_picture_that_resolves_less_than_its_pixels_says_so(plain: Kind) -> None:
    seen, reason = observability(plain, gsd_m=0.3, effective_gsd_m=5.0)
    assert seen is Seen.NOT_OBSERVABLE
    assert "a pixel is 0.3 m but resolves 5 m" in reason
    assert observability(plain, gsd_m=None, effective_gsd_m=0.3)[0] is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"gsd_m": None}, "pixel size"),
        ({"gsd_m": 0.3, "sun_elevation_deg": -2.0}, "sun was not above the horizon"),
        ({"gsd_m": 0.3, "off_nadir_deg": 50.0}, "sensor stood 40° above the horizon"),
    ],
)
def test_what_no_curve_speaks_of_is_not_assessed(given: dict[str, float], told: str) -> None:
    seen, reason = observability(Kind.BERM, **given)
    assert seen is Seen.NOT_ASSESSED
    assert told in reason


def test_a_tunnel_is_never_observable() -> None:
    assert observability(Kind.TUNNEL, gsd_m=None)[0] is Seen.NOT_OBSERVABLE


@pytest.mark.parametrize(
    "given", [{"gsd_m": 0.0}, {"size_m": -1.0}, {"contrast": 0.0}, {"effective_gsd_m": inf},
              {"off_nadir_deg": 91.0}, {"sun_elevation_deg": 120.0}],
)  # fmt: skip
def test_what_no_picture_can_have_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(InvalidValue, match=next(iter(given))):
        Viewing(**{"gsd_m": 0.5, **given})


def test_every_kind_that_a_picture_can_show_has_a_size() -> None:
    assert set(VISIBILITY) == set(Kind) - {Kind.TUNNEL}


@pytest.mark.parametrize("kind", sorted(CURVES))
def test_packaged_curves_rise(kind: Kind) -> None:
    curve = CURVES[kind]
    assert curve.slope > 0
    assert curve.contrast_gain >= 0
    assert FALSE_ALARMS < curve.ceiling <= 1
    assert curve.works >= 8


def test_the_page_shows_the_packaged_numbers() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\d+) \| ([\d.]+) \| ([\d.]+)"
        r" \| (\S+) \(.*?\) \| (\S+) \(.*?\) \| (\d+)% \|$",
        PAGE.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    assert {row[0] for row in rows} == set(CURVES)
    for name, works, size, named, half, most, ceiling in rows:
        kind = Kind(name)
        assert int(works) == CURVES[kind].works
        assert float(size) == VISIBILITY[kind].least_size_m
        assert float(named) == VISIBILITY[kind].pixels_across
        assert round(100 * CURVES[kind].ceiling) == pytest.approx(int(ceiling), abs=1)
        for told, share in ((half, 0.5), (most, 0.8)):
            across = detection_pixels(kind, share, colour(1.0))
            if told == "never":
                assert across > 90
            else:
                assert across == pytest.approx(float(told), rel=0.06)
