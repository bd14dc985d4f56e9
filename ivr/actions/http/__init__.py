"""Actions that an HTTP service does, as ``actions.yaml`` declares them."""
