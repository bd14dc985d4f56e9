"""Written calls: tests in YAML. What they say, how they are played, what of a menu they cover, how they are written."""
