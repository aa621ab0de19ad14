import runpy
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from earthwork.simulate.cities.city_plan import plan_city
from earthwork.simulate.cities.styles import STYLES

CHECKS = runpy.run_path(str(Path(__file__).parents[1] / "unit" / "test_city_plan.py"))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(STYLES)))
def test_any_seed_in_any_style_gives_a_sound_city(seed: int, name: str) -> None:
    CHECKS["require_sound"](plan_city(300.0, seed=seed, style=STYLES[name]))
