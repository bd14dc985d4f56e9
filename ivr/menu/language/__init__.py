"""The menu language, declared: hotlines, nodes, desks, words, the contracts of actions and HTTP services."""
