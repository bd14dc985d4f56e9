"""The demonstration bank: its customers, its trading days, its HTTP service."""
