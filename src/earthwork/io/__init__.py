"""The only place that opens files or the network."""
