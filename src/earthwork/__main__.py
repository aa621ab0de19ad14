"""``python -m earthwork``."""

from earthwork.cli import main

main()
