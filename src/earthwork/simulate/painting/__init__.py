"""From a landscape to heights, materials and reflectance on a fine grid."""
