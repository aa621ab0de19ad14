"""Pictures of plain worlds obey geometry: shadows, lean, blur and noise, as measured in pixels."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from math import cos, erf, radians, sin, sqrt, tan

import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from scipy.optimize import curve_fit
from shapely import box, union_all
from shapely.affinity import translate

from earthwork.geometry.sun import shadow_vector, sun_position
from earthwork.model.scene import Angles
from earthwork.simulate.camera.photograph import NADIR, SeenThrough, picture, plan_photograph
from earthwork.simulate.camera.sensor import Camera, Misplacement, modulation
from earthwork.simulate.camera.weather import CLEAR
from earthwork.simulate.painting.surface import Frame, Surface

SIDE = 120.0
CAMERA = Camera(bands="pan", bits=12, blur_px=0.5, read_noise=0.0, shot_noise=0.0)
HOUSE = (50.0, 52.0, 70.0, 68.0)


def _world(
    *, height_m: float = 0.0, ground: float = 0.3, roof: float = 0.3, wall: float = 0.1
) -> Callable[[Frame], Surface]:
    """Return level ground with one house on it."""

    def paint(frame: Frame) -> Surface:
        x, y = _middles(frame)
        west, south, east, north = HOUSE
        inside = ((y > south) & (y < north))[:, np.newaxis] & ((x > west) & (x < east))
        tone = np.where(inside & (height_m > 0), roof, ground).astype(np.float32)
        return _surface(frame, tone, solid=np.where(inside, height_m, 0.0), wall=wall)

    return paint


def _middles(frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    x = (frame.column0 + np.arange(frame.columns) + 0.5) * frame.fine_m
    y = frame.side_m - (frame.row0 + np.arange(frame.rows) + 0.5) * frame.fine_m
    return x, y


def _surface(frame: Frame, tone: np.ndarray, *, solid: np.ndarray, wall: float = 1.0) -> Surface:
    return Surface(
        frame=frame,
        soft_m=np.full(frame.shape, 233.0, np.float32),
        solid_m=solid.astype(np.float32),
        material=np.zeros(frame.shape, np.uint8),
        albedo=np.repeat(tone.astype(np.float32)[np.newaxis], 4, axis=0),
        wall=np.full(frame.shape, wall, np.float32),
    )


def _taken(paint, *, sun, view=NADIR, camera=CAMERA, side_m=SIDE, **options):
    plan = plan_photograph(
        side_m=side_m, camera=camera, sun=sun, view=view, atmosphere=CLEAR, **options
    )
    pixels, conditions = picture(paint, plan, workers=1)
    return pixels.astype(float), conditions


def _crossing(profile: np.ndarray, distance: np.ndarray, *, level: float) -> float:
    """Return the distance at which a profile last crosses a level, between its samples."""
    at = np.flatnonzero((profile[:-1] < level) & (profile[1:] >= level))[-1]
    share = (level - profile[at]) / (profile[at + 1] - profile[at])
    return float(distance[at] + share * (distance[at + 1] - distance[at]))


MOMENTS = [
    (datetime(2031, 1, 12, 8, 5, tzinfo=UTC), 43.1, 36.3),
    (datetime(2031, 3, 21, 7, 40, tzinfo=UTC), 43.1, 36.3),
    (datetime(2031, 6, 2, 8, 10, tzinfo=UTC), 43.1, 36.3),
    (datetime(2031, 9, 9, 6, 55, tzinfo=UTC), 44.2, 15.4),
    (datetime(2031, 11, 3, 12, 30, tzinfo=UTC), 25.3, 13.6),
    (datetime(2031, 12, 20, 9, 30, tzinfo=UTC), 37.6, 48.0),
    (datetime(2031, 7, 8, 1, 20, tzinfo=UTC), 151.0, -33.9),
]


@pytest.mark.parametrize(("moment", "longitude", "latitude"), MOMENTS)
@pytest.mark.parametrize("height", [3.0, 9.0])
def test_a_shadow_ends_where_the_sun_of_its_date_throws_it(
    moment: datetime, longitude: float, latitude: float, height: float
) -> None:
    sun = sun_position(moment, longitude=longitude, latitude=latitude)
    thrown = shadow_vector(sun, height_m=height)
    pixels, _ = _taken(_world(height_m=height), sun=sun)
    end = _shadow_end_m(pixels[0], sun=sun)
    assert abs(end - _half_depth(sun) - thrown.length_m) <= 0.5 * CAMERA.gsd_m


def _shadow_end_m(band: np.ndarray, *, sun: Angles) -> float:
    """Return how far from the house's middle its shadow ends, along the sun's azimuth."""
    distance = np.arange(0.0, 55.0, 0.05)
    east, north = -sin(radians(sun.azimuth_deg)), -cos(radians(sun.azimuth_deg))
    columns = (60.0 + distance * east) / CAMERA.gsd_m - 0.5
    rows = (SIDE - 60.0 - distance * north) / CAMERA.gsd_m - 0.5
    profile = map_coordinates(band, [rows, columns], order=1)
    lit, dark = np.median(band), band.min()
    return _crossing(profile, distance, level=(lit + dark) / 2)


def _half_depth(sun: Angles) -> float:
    """Return how far from its middle the house ends, along the sun's azimuth."""
    east, north = abs(sin(radians(sun.azimuth_deg))), abs(cos(radians(sun.azimuth_deg)))
    return min(10.0 / max(east, 1e-9), 8.0 / max(north, 1e-9))


@pytest.mark.parametrize("height", [1.0, 2.0, 4.0, 7.0, 12.0])
@pytest.mark.parametrize("azimuth", [97.0, 148.0, 180.0, 205.0])
def test_heights_come_back_from_the_lengths_of_shadows(height: float, azimuth: float) -> None:
    sun = Angles(azimuth_deg=azimuth, elevation_deg=38.0)
    pixels, _ = _taken(_world(height_m=height), sun=sun)
    length = _shadow_end_m(pixels[0], sun=sun) - _half_depth(sun)
    # Half a pixel of length is this much height.
    assert abs(length * tan(radians(38.0)) - height) <= 0.25 * tan(radians(38.0))


@pytest.mark.parametrize(("moment", "longitude", "latitude"), MOMENTS)
def test_a_shadow_covers_the_ground_that_geometry_says(
    moment: datetime, longitude: float, latitude: float
) -> None:
    sun = sun_position(moment, longitude=longitude, latitude=latitude)
    _, conditions = _taken(_world(height_m=6.0), sun=sun)
    dark = (conditions & SeenThrough.CAST_SHADOW) > 0
    thrown = shadow_vector(sun, height_m=6.0)
    truth = _swept_outline(thrown.east_m, thrown.north_m)
    gsd = CAMERA.gsd_m
    assert dark.sum() * gsd**2 == pytest.approx(truth.area, abs=0.25 * truth.length * gsd)
    rows, columns = np.nonzero(dark)
    assert (columns.mean() + 0.5) * gsd == pytest.approx(truth.centroid.x, abs=gsd / 2)
    assert SIDE - (rows.mean() + 0.5) * gsd == pytest.approx(truth.centroid.y, abs=gsd / 2)


def _swept_outline(east_m: float, north_m: float):
    """Return the ground that a house's shadow or lean covers: its outline, swept, less itself."""
    house = box(*HOUSE)
    return union_all([house, translate(house, east_m, north_m)]).convex_hull - house


@pytest.mark.parametrize("elevation", [45.0, 58.0, 71.0, 84.0])
@pytest.mark.parametrize("azimuth", [0.0, 61.0, 135.0, 270.0, 331.0])
def test_a_roof_leans_away_from_the_sensor_by_height_over_tangent(
    azimuth: float, elevation: float
) -> None:
    height = 12.0
    view = Angles(azimuth_deg=azimuth, elevation_deg=elevation)
    paint = _world(height_m=height, ground=0.0, roof=0.9, wall=0.0)
    pixels, conditions = _taken(paint, sun=Angles(azimuth_deg=180, elevation_deg=60), view=view)
    far = height / tan(radians(elevation))
    east, north = -far * sin(radians(azimuth)), -far * cos(radians(azimuth))
    rows, columns = np.indices(pixels[0].shape)
    gsd, roof = CAMERA.gsd_m, pixels[0] / pixels[0].sum()
    assert ((columns * roof).sum() + 0.5) * gsd == pytest.approx(60.0 + east, abs=gsd / 2)
    assert SIDE - ((rows * roof).sum() + 0.5) * gsd == pytest.approx(60.0 + north, abs=gsd / 2)
    covered = pixels[0].sum() / pixels[0].max() * gsd**2
    assert covered == pytest.approx(box(*HOUSE).area, rel=0.03)
    hidden = (conditions & SeenThrough.OCCLUDED) > 0
    truth = _swept_outline(east, north)
    assert hidden.sum() * gsd**2 == pytest.approx(truth.area, abs=0.4 * truth.length * gsd)


@pytest.mark.parametrize("elevation", [45.0, 60.0, 75.0])
def test_level_ground_stays_in_place_off_nadir(elevation: float) -> None:
    def paint(frame: Frame) -> Surface:
        x, y = _middles(frame)
        spot = (np.abs(y - 60)[:, np.newaxis] < 5) & (np.abs(x - 60) < 5)
        return _surface(frame, np.where(spot, 0.8, 0.2), solid=np.zeros(frame.shape))

    sun = Angles(azimuth_deg=180, elevation_deg=60)
    straight, _ = _taken(paint, sun=sun)
    slanting, _ = _taken(paint, sun=sun, view=Angles(azimuth_deg=77, elevation_deg=elevation))
    assert np.array_equal(straight, slanting)


def _edge(frame: Frame) -> Surface:
    x, _ = _middles(frame)
    tone = np.broadcast_to(np.where(x < SIDE / 2, 0.2, 0.8), frame.shape)
    return _surface(frame, tone, solid=np.zeros(frame.shape))


@pytest.mark.parametrize("blur", [0.35, 0.5, 0.8, 1.3])
def test_an_edge_is_blurred_by_the_stated_point_spread(blur: float) -> None:
    camera = replace(CAMERA, blur_px=blur)
    places, levels = [], []
    for shift in np.arange(0, 1, 0.125):
        pixels, _ = _taken(
            _edge,
            sun=Angles(azimuth_deg=180, elevation_deg=60),
            camera=camera,
            side_m=40.0 * 3,
            misplacement=Misplacement(shift_x_px=float(shift)),
        )
        row = pixels[0, 100]
        places.append(np.arange(row.size) + 0.5 - shift - SIDE / 2 / camera.gsd_m)
        levels.append((row - row.min()) / (row.max() - row.min()))
    steps = np.vectorize(lambda x, middle, sigma: 0.5 + 0.5 * erf((x - middle) / sigma / sqrt(2)))
    near = np.abs(np.concatenate(places)) < 8
    (middle, sigma), _ = curve_fit(
        steps, np.concatenate(places)[near], np.concatenate(levels)[near], p0=(0.1, 0.6)
    )
    assert sigma == pytest.approx(blur, rel=0.05)
    assert abs(middle) < 0.05


@pytest.mark.parametrize("sharpening", [0.0, 0.8])
@pytest.mark.parametrize("cycles", [1 / 16, 1 / 8, 1 / 4])
def test_a_grating_keeps_the_contrast_that_the_camera_states(
    cycles: float, sharpening: float
) -> None:
    camera = replace(CAMERA, sharpening=sharpening)

    def paint(frame: Frame) -> Surface:
        x, _ = _middles(frame)
        wave = 0.5 + 0.3 * np.cos(2 * np.pi * cycles * (x - 0.25) / camera.gsd_m)
        return _surface(frame, np.broadcast_to(wave, frame.shape), solid=np.zeros(frame.shape))

    pixels, _ = _taken(paint, sun=Angles(azimuth_deg=180, elevation_deg=60), camera=camera)
    row = pixels[0, 50, :160]
    wave = np.exp(-2j * np.pi * cycles * np.arange(row.size))
    kept = 2 * abs((row * wave).mean()) / row.mean() / (0.3 / 0.5)
    # A fine pixel of the world is an even square.
    assert kept == pytest.approx(modulation(camera, cycles) * np.sinc(cycles / 2), rel=0.01)


@pytest.mark.parametrize("reflectance", [0.1, 0.3, 0.7])
def test_noise_is_white_at_the_stated_strength_and_grows_with_the_signal(
    reflectance: float,
) -> None:
    camera = replace(CAMERA, read_noise=6.0, shot_noise=40.0)
    paint = _world(ground=reflectance)
    sun = Angles(azimuth_deg=180, elevation_deg=60)
    clean, _ = _taken(paint, sun=sun)
    noisy, _ = _taken(paint, sun=sun, camera=camera, seed=8)
    assert np.ptp(clean) == 0
    noise = (noisy - clean)[0]
    stated = 6.0**2 + 40.0**2 * clean[0, 0, 0] / camera.full + 1 / 12
    assert noise.var() == pytest.approx(stated, rel=0.03)
    # The clean level itself is rounded.
    assert abs(noise.mean()) < 0.5 + 4 * sqrt(stated) / noise.shape[0]
    power = np.abs(np.fft.fft2(noise)) ** 2 / noise.size
    radius = np.hypot(*np.meshgrid(*[np.fft.fftfreq(n) for n in noise.shape], indexing="ij"))
    for low, high in ((0.02, 0.15), (0.15, 0.3), (0.3, 0.5), (0.5, 0.71)):
        ring = power[(radius >= low) & (radius < high)]
        assert ring.mean() == pytest.approx(stated, rel=0.06)


def test_the_sun_shades_slopes_by_the_cosine_to_their_normal() -> None:
    def paint(frame: Frame) -> Surface:
        _, y = _middles(frame)
        rise = np.clip(np.minimum(y - 40, 80 - y), 0, None) * 0.4
        surface = _surface(frame, np.full(frame.shape, 0.3), solid=np.zeros(frame.shape))
        ramp = np.broadcast_to(rise[:, np.newaxis], frame.shape).astype(np.float32)
        return replace(surface, soft_m=surface.soft_m + ramp)

    elevation = 50.0
    pixels, _ = _taken(paint, sun=Angles(azimuth_deg=180, elevation_deg=elevation))
    level, north, south = pixels[0, 20, 120], pixels[0, 100, 120], pixels[0, 140, 120]
    slope = np.arctan(0.4)
    facing = sin(radians(elevation) + slope) / sin(radians(elevation))
    averted = sin(radians(elevation) - slope) / sin(radians(elevation))
    # Sky light does not depend on the slope, so contrast between slopes tells the direct share.
    assert south > level > north
    share = (south - north) / level / (facing - averted)
    assert 0.6 < share < 1.0
    assert (south - level) / (level - north) == pytest.approx(
        (facing - 1) / (1 - averted), rel=0.15
    )


def test_a_moving_sun_changes_the_shading_of_the_same_ground() -> None:
    paint = _world(height_m=6.0)
    morning, _ = _taken(paint, sun=Angles(azimuth_deg=120, elevation_deg=40))
    noon, _ = _taken(paint, sun=Angles(azimuth_deg=180, elevation_deg=60))
    assert noon[0, 5, 5] > 1.2 * morning[0, 5, 5]
    east = noon[0, 120, 145] / noon[0, 5, 5], morning[0, 120, 90] / morning[0, 5, 5]
    assert east[0] > 0.9
    assert east[1] < 0.5
