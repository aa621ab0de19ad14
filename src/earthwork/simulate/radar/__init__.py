"""From a painted surface to radar backscatter."""
