"""Text messages: each is kept with the turn that asked for it, and sent afterwards, at most once, by a carrier."""
