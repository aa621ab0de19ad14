"""What the benchmarks of registration take for the truth is true."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from pyproj import CRS, Transformer

from earthwork.imagery.orthorectification import ground_grid, project
from earthwork.model.camera import RationalCamera
from earthwork.model.pair import AlignmentStatus, RegistrationReport, TiePoint
from earthwork.model.scene import Angles
from earthwork.simulate.camera.photograph import plan_photograph
from earthwork.simulate.camera.sensor import Camera, Misplacement, displacement
from earthwork.simulate.painting.surface import Frame

FOLDER = Path("benchmarks/registration").resolve()
OWN = [path.stem for path in FOLDER.glob("*.py")]


@pytest.fixture(scope="module")
def load() -> Iterator[Callable[[str], ModuleType]]:
    before = {name: sys.modules.pop(name) for name in OWN if name in sys.modules}
    sys.path.insert(0, str(FOLDER))
    yield importlib.import_module
    sys.path.remove(str(FOLDER))
    for name in OWN:
        sys.modules.pop(name, None)
    sys.modules.update(before)


def waves(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Waves of 3.2 px and longer, which is finer than a smoothed mosaic holds."""
    return sum(
        np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / length + turn)
        for length, turn in ((3.2, 0.4), (5.7, 1.9), (11.0, 2.6))
    )


@pytest.mark.parametrize("shift", [(37.3, -21.6), (0.0, 0.0), (-0.5, 5.999), (-36.25, 0.125)])
def test_a_cut_is_moved_by_exactly_the_shift(
    load: Callable[[str], ModuleType], shift: tuple[float, float]
) -> None:
    mosaics = load("mosaics")
    side = 64
    whole = mosaics.side_of_mosaic(side)
    y, x = np.mgrid[0:whole, 0:whole].astype(np.float64)
    cut = mosaics.cut(waves(x, y).astype(np.float32), side, shift=shift)
    expected = waves(x[:side, :side] + 128 - shift[0], y[:side, :side] + 128 - shift[1])
    # A wave of 3.2 px moved by 0.0005 px differs by 0.001 at most.
    assert np.abs(cut - expected).max() < 0.001


def test_a_mosaic_covers_its_side_and_is_the_same_for_a_seed(
    load: Callable[[str], ModuleType],
) -> None:
    mosaics = load("mosaics")
    rng = np.random.default_rng(1)
    pictures = [rng.uniform(10, 250, shape).astype(np.float32) for shape in ((40, 70), (43, 66))]
    first, second = (mosaics.mosaic(pictures, 150, seed=4) for _ in range(2))
    assert first.shape == (150, 150)
    assert np.array_equal(first, second)
    assert 10 <= first.min() <= first.max() <= 250


def test_an_inverse_field_leads_back(load: Callable[[str], ModuleType]) -> None:
    trials = load("trials")
    back = trials.smooth_field((120, 150), amount_px=1.5, scale_px=30.0, seed=2, shift=(-11.3, 7.6))
    forth = trials.inverse(back)
    y, x = np.mgrid[0:120, 0:150].astype(np.float64)
    left = forth + trials.at(back, x + forth[0], y + forth[1])
    inner = (slice(None), slice(20, -20), slice(20, -20))
    # OpenCV interpolates at 32nds of a pixel.
    assert np.abs(left[inner]).max() < 0.005
    assert back.std(axis=(1, 2)) == pytest.approx([1.5, 1.5], rel=1e-6)


def test_a_picture_is_warped_as_its_truth_says(load: Callable[[str], ModuleType]) -> None:
    real_fields, trials = load("real_fields"), load("trials")
    y, x = np.mgrid[0:90, 0:110].astype(np.float64)
    dot = (255 * np.exp(-((x - 50) ** 2 + (y - 40) ** 2) / 18)).astype(np.uint8)
    picture = np.repeat(dot[..., None], 3, axis=2)
    pair = trials.Trial(
        name="dot", before=picture, after=picture, has_data=np.ones(dot.shape, bool),
        truth=np.zeros((2, *dot.shape)), counts=np.ones(dot.shape, bool),
    )  # fmt: skip
    moved = real_fields.moved(pair, seed=0)
    weight = moved.after[..., 0] / moved.after[..., 0].sum()
    centre = np.array([(weight * x).sum(), (weight * y).sum()])
    assert centre == pytest.approx([50, 40] + moved.truth[:, 40, 50], abs=0.15)
    assert not moved.counts[0, -1]
    assert not moved.has_data[-1, 0]


def test_what_was_found_is_carried_through_a_warp(load: Callable[[str], ModuleType]) -> None:
    real_fields, found = load("real_fields"), load("found")
    shape = found.lattice_shape(50, 61, 4)
    first = found.Found(
        step=4, shift=np.stack([np.full(shape, 2.0), np.full(shape, -1.0)]).astype(np.float32),
        kept=np.ones(shape, bool), cpu_s=0.0,
    )  # fmt: skip
    x = np.broadcast_to(np.arange(61.0), (50, 61))
    led, kept = real_fields.carried(first, np.stack([0.1 * x, np.zeros((50, 61))]))
    assert kept.all()
    assert led[0, 20, 30] == pytest.approx(2 + 0.1 * 32)
    assert led[1, 20, 30] == pytest.approx(-1)


def test_the_true_displacement_undoes_the_simulators(load: Callable[[str], ModuleType]) -> None:
    simulated, trials = load("simulated_fields"), load("trials")
    plan = plan_photograph(
        side_m=60.0, camera=Camera(gsd_m=0.5), sun=Angles(azimuth_deg=150.0, elevation_deg=50.0),
        misplacement=Misplacement(
            shift_x_px=6.4, shift_y_px=-3.7, rotation_deg=0.4, local_px=0.6, local_scale_m=40.0
        ),
        seed=5,
    )  # fmt: skip
    truth = simulated.true_displacement(plan)
    frame = Frame(side_m=60.0, fine_m=0.5, row0=0, column0=0, rows=120, columns=120)
    shown = displacement(plan.misplacement, frame, seed=5)
    y, x = np.mgrid[0:120, 0:120].astype(np.float64)
    there = trials.at(shown, x + truth[0], y + truth[1])
    inner = (slice(None), slice(10, -10), slice(10, -10))
    assert np.abs(truth - there)[inner].max() < 0.01
    assert np.hypot(*truth)[60, 60] > 4


def report(status: AlignmentStatus, *ties: TiePoint) -> RegistrationReport:
    return RegistrationReport(
        status=status, method="test", reason="so", shift_x_px=0.0, shift_y_px=0.0,
        rotation_deg=0.0, scale=1.0, residual_median_px=None, residual_p95_px=None,
        inlier_share=0.0, tie_points=ties,
    )  # fmt: skip


def test_what_was_found_is_read_as_it_was_written(
    load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    found = load("found")
    one = found.Found(
        step=4, shift=np.ones((2, 3, 2), np.float32), kept=np.eye(3, 2, dtype=bool), cpu_s=2.5,
        note="as said",
    )  # fmt: skip
    one.save(tmp_path / "found.npz")
    other = found.read_found(tmp_path / "found.npz")
    assert np.array_equal(one.shift, other.shift)
    assert np.array_equal(one.kept, other.kept)
    assert (one.step, one.cpu_s, one.note) == (other.step, other.cpu_s, other.note)


def test_a_peer_that_is_not_there_is_said_to_be_missing(
    load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    peers = load("peers")
    told = peers.aligned_by_arosics(
        "local", tmp_path, tmp_path, peers_python=tmp_path / "none",
        settings=peers.ArosicsSettings(), shape=(8, 8),
    )  # fmt: skip
    assert told.found is None
    assert told.cost is None
    assert told.failure == peers.NOT_AVAILABLE
    assert peers.NOT_AVAILABLE in peers.versions(tmp_path / "none")


def test_an_aligner_that_fails_says_why_and_what_it_took(
    load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    peers = load("peers")
    code = "import sys; x = sum(range(3_000_000)); sys.exit('no match')"
    cost, failure = peers._run([sys.executable, "-c", code])
    assert failure == "no match"
    assert cost.cpu_s > 0.01
    assert cost.peak_mb > 1
    assert peers._run([sys.executable, "-c", "pass"])[1] == ""


def test_the_spline_goes_through_the_tie_points_and_holds_near_them(
    load: Callable[[str], ModuleType],
) -> None:
    peers, found = load("peers"), load("found")
    points = np.array([[0.5, 0.5], [40.5, 0.5], [0.5, 40.5], [40.5, 40.5], [20.5, 20.5]])
    shift = np.array([[1.0, 0], [2, 0], [1, 3], [2, 3], [1.7, 1.2]])
    ties = peers.Ties(points=points, shift=shift, tried=7, cpu_s=1.0)
    where = found.lattice((26, 26), 4)
    told = peers._splined(ties, where, 4, 12.0)
    assert told.shift[:, 0, 0] == pytest.approx([1, 0], abs=1e-4)
    assert told.shift[:, 5, 5] == pytest.approx([1.7, 1.2], abs=1e-4)
    assert told.kept[5, 5]
    assert not told.kept[25, 25]
    few = peers.Ties(points=points[:3], shift=shift[:3], tried=7, cpu_s=1.0)
    assert not peers._splined(few, where, 4, 12.0).kept.any()


CAMERA = RationalCamera(
    line_offset=500.0, line_scale=500.0, sample_offset=500.0, sample_scale=500.0,
    latitude_offset_deg=37.58, latitude_scale_deg=0.0025, longitude_offset_deg=36.92,
    longitude_scale_deg=0.003, height_offset_m=700.0, height_scale_m=500.0,
    line_numerator=(0.0, 0.05, -1.0, 0.2, *(16 * [0.0])), line_denominator=(1.0, *(19 * [0.0])),
    sample_numerator=(0.0, 1.0, 0.03, -0.3, *(16 * [0.0])),
    sample_denominator=(1.0, *(19 * [0.0])),
)  # fmt: skip


def test_points_go_to_the_ground_grid_as_the_camera_says(
    load: Callable[[str], ModuleType],
) -> None:
    ground_points = load("ground_points")

    grid = ground_points.grown(ground_grid(CAMERA, (1000, 1000), height_m=700.0, gsd_m=0.5))
    points = np.array([[100.5, 200.5], [512.0, 499.25], [930.2, 40.7]])
    laid = ground_points.laid_points(points, CAMERA, grid)
    east, north = grid.transform @ (laid[:, 0], laid[:, 1])
    assert isinstance(grid.crs, CRS)
    lonlat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(east, north)
    column, row = project(CAMERA, *lonlat, 700.0)
    assert np.column_stack([column, row]) + 0.5 == pytest.approx(points, abs=1e-4)
    assert (laid > 100).all()


def test_a_displacement_is_read_between_the_places_of_a_lattice(
    load: Callable[[str], ModuleType],
) -> None:
    ground_points, found = load("ground_points"), load("found")
    where = found.lattice((10, 12), 4)
    shift = np.stack([0.25 * where[..., 0] + 1, -0.5 * where[..., 1]]).astype(np.float32)
    kept = np.ones((10, 12), bool)
    kept[3, 4] = False
    one = found.Found(step=4, shift=shift, kept=kept, cpu_s=0.0)
    told, held = ground_points.shift_at(one, np.array([[10.5, 6.5], [16.9, 12.1]]))
    assert told[0] == pytest.approx([0.25 * 10.5 + 1, -3.25], abs=0.02)
    assert held.tolist() == [True, False]


def test_a_shift_is_scored_on_the_ground_kept_and_costs_are_compared(
    load: Callable[[str], ModuleType],
) -> None:
    pure_shift, found, peers = load("pure_shift"), load("found"), load("peers")
    shift = np.zeros((2, 4, 4), np.float32) + np.array(pure_shift.SHIFT, np.float32)[:, None, None]
    shift[0] += 0.5
    shift[0, 0, 0] += 9
    kept = np.ones((4, 4), bool)
    kept[0, 0] = False
    one = found.Found(step=16, shift=shift, kept=kept, cpu_s=2.0, note="so")
    ours = peers.Measured(found=one, cost=peers.Cost(cpu_s=3.0, peak_mb=99.6))
    told = pure_shift.row(64, "a", ours)
    assert told == "| 64 | a | 0.5000 | 0.5000 | 3.0 | 2.0 | 100 | 94% kept; so |"
    nothing = peers.Measured(found=None, cost=None, failure="peer not available")
    assert "peer not available" in pure_shift.row(64, "b", nothing)
    slow = found.Found(step=16, shift=shift, kept=kept, cpu_s=50.0)
    theirs = peers.Measured(found=slow, cost=peers.Cost(cpu_s=60.0, peak_mb=10.0))
    said = pure_shift.compared(64, {"Earthwork": ours, "arosics local": theirs})
    assert "20.0 times less CPU" in said
    assert "25.0 times less without" in said
    assert not pure_shift.compared(64, {"Earthwork": ours, "arosics local": nothing})


def test_errors_count_on_unchanged_ground_that_is_kept(load: Callable[[str], ModuleType]) -> None:
    trials, found = load("trials"), load("found")
    counts = np.zeros((8, 8), bool)
    counts[:, :4] = True
    trial = trials.Trial(
        name="", before=np.zeros((8, 8, 3), np.uint8), after=np.zeros((8, 8, 3), np.uint8),
        has_data=np.ones((8, 8), bool), truth=np.full((2, 8, 8), 3.0), counts=counts,
    )  # fmt: skip
    kept = np.array([[True, True], [False, True]])
    shift = np.full((2, 2, 2), 3.0, np.float32)
    shift[0, 0, 0], shift[1, 0, 0] = 6.0, 7.0
    score = trials.scored(trial, found.Found(step=4, shift=shift, kept=kept, cpu_s=0.0), 1.5)
    assert score.errors.tolist() == [5.0]
    assert score.kept == 0.5
    assert trials.refused(2.0).kept == 0


def test_points_not_aligned_are_counted_and_bear_no_error(
    load: Callable[[str], ModuleType],
) -> None:
    ground_points = load("ground_points")
    result = ground_points.Result(
        errors=np.array([0.5, 1.0, 1.5, 4.0]), not_aligned=3, cpu_s=2.0, note="aligned: all; so"
    )
    assert ground_points.figures(result) == "4 | 3 | 1.25 | 3.62 | 25%"
    lines = list(ground_points.tables({"p": {"ours": result, "arosics": None}}, np.array([0.4])))
    assert "| Earthwork | 1 | 4 | 3 | 1.25 | 3.62 | 25% | 2.0 |" in lines
    assert "| arosics local | peer not available | | | | | | |" in lines
    assert "| p | Earthwork | 4 | 3 | 1.25 | 3.62 | 25% | aligned: all |" in lines
    assert any("1 points were marked a second time" in line for line in lines)
