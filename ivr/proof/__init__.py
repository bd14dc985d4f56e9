"""Before it is published: written calls, played against the same switchboard that answers the telephone."""
