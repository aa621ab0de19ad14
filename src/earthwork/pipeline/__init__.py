"""How it flows: plan, run, resume."""
