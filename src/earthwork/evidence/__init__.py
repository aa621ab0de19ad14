"""What proves it: the store and its ledger."""
