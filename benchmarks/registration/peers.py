"""Aligners in processes of their own, with what they cost.

How the peers are installed: arosics needs GDAL's Python bindings, whose version must be that of the
GDAL beside them, so it is kept in an environment of its own. Either of these gives one::

    python -m venv peers && peers/bin/pip install gdal==3.6.2 arosics     # with libgdal-dev 3.6.2
    python -m venv peers && peers/bin/pip install gdal-wheel cartopy cmocean folium geojson \
        geopandas joblib matplotlib pandas plotly pyproj scikit-image scipy shapely dill
    peers/bin/pip install --no-deps arosics geoarray py_tools_ds          # GDAL in a wheel

and ``--peers-python peers/bin/python`` (or EARTHWORK_PEERS_PYTHON) tells the benchmarks of it.
Without it the rows of arosics say that the peer is not available. OpenCV's aligners are the ones of
the product's own environment. Figures depend on the versions, which are printed.

Every aligner gets one thread. CPU seconds are user and system time of its process and of all that
it started, loading of libraries included; peak memory is the largest resident set among them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from found import Found, lattice, lattice_shape, read_found
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.spatial import KDTree

HERE = Path(__file__).parent
_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS", "GDAL_NUM_THREADS", "RAYON_NUM_THREADS", "LOKY_MAX_CPU_COUNT",
    ),
    "1",
)  # fmt: skip
_SURROUNDINGS = {"MPLBACKEND": "Agg", "PYTHONWARNINGS": "ignore"}
_FAR_STEPS = 2.0
NOT_AVAILABLE = "peer not available"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process took."""

    cpu_s: float
    """User and system time of the process and of all that it started, seconds."""
    peak_mb: float
    """Largest resident set, megabytes (10**6 bytes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one aligner made of one pair."""

    found: Found | None
    """Where things lie; None where the aligner is not available or failed."""
    cost: Cost | None
    """What it took; None where it is not available."""
    failure: str = ""
    """Why there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArosicsSettings:
    """How arosics is run."""

    grid_px: int = 200
    """Distance between tie points tried."""
    window_px: int = 256
    """Side of the window matched."""
    farthest_px: int = 60
    """The largest shift it takes for valid; its own default is 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """Tie points of arosics."""

    points: NDArray[np.float64]
    """Dims (tie, [x, y]), pixels."""
    shift: NDArray[np.float64]
    """Dims (tie, [dx, dy]), pixels."""
    tried: int
    """How many it matched before its filters."""
    cpu_s: float
    """CPU seconds of matching alone."""


def add_peers_argument(parser: argparse.ArgumentParser) -> None:
    """Let the caller say where the peers' Python is."""
    parser.add_argument(
        "--peers-python",
        type=Path,
        default=Path(os.environ.get("EARTHWORK_PEERS_PYTHON", "peers-python-not-given")),
        help="Python with arosics and GDAL (default: EARTHWORK_PEERS_PYTHON)",
    )


def versions(peers_python: Path) -> str:
    """Say what was measured against."""
    ours = f"OpenCV {cv2.__version__}, numpy {np.__version__}"
    if not peers_python.exists():
        return f"{ours}; arosics: {NOT_AVAILABLE}"
    done = subprocess.run(  # noqa: S603 - the interpreter that the caller names
        [peers_python, "-W", "ignore", HERE / "arosics_ties.py", "version"],
        capture_output=True, text=True, check=False, env=_environment(),
    )  # fmt: skip
    if done.returncode:
        return f"{ours}; arosics: {NOT_AVAILABLE} ({done.stderr.strip().splitlines()[-1][:80]})"
    return f"{ours}; {done.stdout.strip()}"


def aligned_by(name: str, before: Path, after: Path, *, step: int = 4) -> Measured:
    """Run one of the aligners of aligners.py."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.npz"
        command = [sys.executable, HERE / "aligners.py", name, before, after, out, "--step", step]
        cost, failure = _run(command)
        if failure:
            return Measured(found=None, cost=cost, failure=failure)
        return Measured(found=read_found(out), cost=cost)


def aligned_by_arosics(
    what: str,
    before: Path,
    after: Path,
    *,
    peers_python: Path,
    settings: ArosicsSettings,
    shape: tuple[int, int],
    step: int = 4,
) -> Measured:
    """Run arosics, 'local' or 'global'.

    Between the tie points of 'local' lies the thin-plate spline through them, which is what its own
    correction hands to GDAL; its result is taken to hold within two steps of its grid of a tie
    point that passed its filters.
    """
    if not peers_python.exists():
        return Measured(found=None, cost=None, failure=NOT_AVAILABLE)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "ties.npz"
        command = [
            peers_python, "-W", "ignore", HERE / "arosics_ties.py", what, before, after, out,
            "--grid", settings.grid_px, "--window", settings.window_px,
            "--farthest", settings.farthest_px,
        ]  # fmt: skip
        cost, failure = _run(command)
        if failure:
            return Measured(found=None, cost=cost, failure=failure)
        ties = _read_ties(out)
    where = lattice(lattice_shape(*shape, step), step)
    if what == "global":
        return Measured(found=_shifted(ties, where, step), cost=cost)
    found = _splined(ties, where, step, _FAR_STEPS * settings.grid_px)
    return Measured(found=found, cost=cost)


def _run(command: list[object]) -> tuple[Cost, str]:
    """Run a command to its end; return what it took, and the last it said if it failed."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - our own scripts
            [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=said,
            env=_environment(),
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
    cost = Cost(cpu_s=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss * 1024 / 1e6)
    if process.returncode == 0:
        return cost, ""
    return cost, (lines[-1] if lines else f"exit status {process.returncode}")[:120]


def _environment() -> dict[str, str]:
    return {**os.environ, **_ONE_THREAD, **_SURROUNDINGS}


def _read_ties(path: Path) -> Ties:
    with np.load(path) as held:
        good = held["accepted"].astype(bool)
        return Ties(
            points=np.column_stack([held["x"], held["y"]])[good],
            shift=np.column_stack([held["dx"], held["dy"]])[good],
            tried=len(good),
            cpu_s=float(held["cpu_s"]),
        )


def _shifted(ties: Ties, where: NDArray[np.float64], step: int) -> Found:
    shift = ties.shift[0] if len(ties.shift) else np.full(2, np.nan)
    spread = np.broadcast_to(shift[:, None, None], (2, *where.shape[:2]))
    return Found(
        step=step,
        shift=spread.astype(np.float32),
        kept=np.full(where.shape[:2], bool(len(ties.shift))),
        cpu_s=ties.cpu_s,
    )


def _splined(ties: Ties, where: NDArray[np.float64], step: int, reach: float) -> Found:
    if len(ties.points) < 4:
        return _none(ties, where, step)
    unit = where.max()
    spline = RBFInterpolator(ties.points / unit, ties.shift, kernel="thin_plate_spline")
    shift = np.stack([spline(row / unit) for row in where])
    return _held(ties, shift, where, step, reach)


def _held(
    ties: Ties, shift: NDArray[np.float64], where: NDArray[np.float64], step: int, reach: float
) -> Found:
    distance = KDTree(ties.points).query(where.reshape(-1, 2))[0].reshape(where.shape[:2])
    return Found(
        step=step,
        shift=shift.transpose(2, 0, 1).astype(np.float32),
        kept=distance <= reach,
        cpu_s=ties.cpu_s,
        note=f"{len(ties.points)} of {ties.tried} matches accepted",
    )


def _none(ties: Ties, where: NDArray[np.float64], step: int) -> Found:
    return Found(
        step=step,
        shift=np.full((2, *where.shape[:2]), np.nan, np.float32),
        kept=np.zeros(where.shape[:2], bool),
        cpu_s=ties.cpu_s,
        note=f"{len(ties.points)} of {ties.tried} matches accepted",
    )
