"""Every state that a call can come to: the walk through them, and the proofs of what holds in all of them."""
