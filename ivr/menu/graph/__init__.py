"""A menu as a graph: where each node leads, how long each edge takes to say, and the shortest routes."""
