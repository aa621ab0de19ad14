"""Written reports on a siege, each claim with its truth."""
