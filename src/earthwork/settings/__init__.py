"""Files that people write: parsed once at the rim into values that the rest can trust."""

from earthwork.settings.case_file import CaseFile, add_drawing, load_case, read_area
from earthwork.settings.scenario_file import (
    SCENARIO_FILE,
    ScenarioFile,
    load_scenario,
    packaged_scenarios,
    parse_scenario,
    resolve_scenario,
    scenario_template,
)

__all__ = [
    "SCENARIO_FILE",
    "CaseFile",
    "ScenarioFile",
    "add_drawing",
    "load_case",
    "load_scenario",
    "packaged_scenarios",
    "parse_scenario",
    "read_area",
    "resolve_scenario",
    "scenario_template",
]
