"""Checks of a menu whose sections are well-formed. Each module is one family of checks."""
