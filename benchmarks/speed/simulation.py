"""What simulating costs: a pair of pictures with surfaces and truth, at growing sides.

Each size runs in a process of its own, warm (numba's cache filled by a small run first), two
threads. There is no peer: no public tool renders a besieged city with its truth.

Run from the repository's root: ``python benchmarks/speed/simulation.py [--sides 512 1024 2048]``.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from earthwork.pipeline.events import Event, StepFinished
from earthwork.pipeline.simulating import simulate
from earthwork.settings.scenario_file import resolve_scenario

GSD_M = 0.5


def main() -> None:
    """Print wall time, CPU and peak memory for each side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", type=float, nargs="+", default=[512.0, 1024.0, 2048.0])
    parser.add_argument("--scenario", default="nahrabad")
    parser.add_argument("--only", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only is not None:
        print(json.dumps(measured(arguments.scenario, arguments.only)))
        return
    measured(arguments.scenario, 300.0)
    print("| side | pixels | wall, s | CPU, s | peak memory, GB | CPU per megapixel, s |")
    print("|---|---|---|---|---|---|")
    for side in arguments.sides:
        command = [sys.executable, __file__, "--scenario", arguments.scenario, "--only", str(side)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603
        print(row(side, told))
        print("   " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in told["steps"]))


def row(side: float, told: dict) -> str:
    """Format one line of the table."""
    pixels = round(side / GSD_M)
    per_megapixel = told["cpu_s"] / (told["pictures"] * pixels**2 / 1e6)
    return (
        f"| {side:g} m | {told['pictures']} × {pixels} × {pixels} | {told['wall_s']:.1f}"
        f" | {told['cpu_s']:.1f} | {told['peak_gb']:.2f} | {per_megapixel:.2f} |"
    )


def measured(name: str, side_m: float) -> dict:
    """Simulate one square into a folder that is thrown away."""
    scenario = resolve_scenario(name)
    scenario = replace(scenario, city=replace(scenario.city, side_m=side_m))
    steps: list[tuple[str, float]] = []

    def listen(event: Event) -> None:
        if isinstance(event, StepFinished):
            steps.append((event.step, event.seconds))

    folder = Path(tempfile.mkdtemp())
    start, cpu = time.perf_counter(), time.process_time()
    simulate(scenario, folder, listener=listen)
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    shutil.rmtree(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {
        "wall_s": wall, "cpu_s": used, "peak_gb": peak, "pictures": len(scenario.scenes),
        "steps": [("plan", wall - sum(s for _, s in steps)), *steps],
    }  # fmt: skip


if __name__ == "__main__":
    main()
