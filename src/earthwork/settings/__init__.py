"""Files that people write: parsed once at the rim into values that the rest can trust.

``case_file`` reads ``case.toml``; ``scenario_file`` reads ``siege.toml`` and is imported by its own
name, since it brings the simulator with it.
"""

from earthwork.settings.case_file import CaseFile, add_drawing, load_case, read_area

__all__ = ["CaseFile", "add_drawing", "load_case", "read_area"]
