"""The declarations of the menu language: hotlines, nodes, desks, words, contracts of actions, and HTTP services."""
