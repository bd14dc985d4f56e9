"""Past calls: read from the store, played again on today's menu, exported as written calls."""
