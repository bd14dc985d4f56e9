"""One turn in the world: the hotline that is served, the turns of its calls, and the actions that run meanwhile."""
