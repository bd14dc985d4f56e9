"""A menu as a graph: where each node leads, how long each edge takes, and the shortest routes."""
