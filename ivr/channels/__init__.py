"""One package for each way in which a caller reaches the switchboard. They know nothing of each other."""
