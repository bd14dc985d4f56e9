"""Actions of an HTTP service, as ``actions.yaml`` declares them."""
