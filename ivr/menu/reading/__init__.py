"""From files to a checked menu: YAML with places, validation, problems, and the loader that joins them."""
