"""The demonstration bank: its customers, its actions and its HTTP service. No other part imports it; its hotline does."""
