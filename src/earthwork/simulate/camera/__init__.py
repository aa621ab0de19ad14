"""From a painted surface to a picture: light, view, weather, sensor."""
