"""Measurements of this program beside its peers. Never a test: nothing here passes or fails."""
