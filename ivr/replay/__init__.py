"""Calls that were: read from the store, played again on the menu of today, written down as tests."""
