"""Written calls: tests of a hotline in YAML."""
