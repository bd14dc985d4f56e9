"""Live calls: the hotline that is served, the turns of its calls, and the actions that run meanwhile."""
