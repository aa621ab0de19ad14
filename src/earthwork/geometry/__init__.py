"""Sun, shadows, rays, sectors: geometry that several sciences share."""
