"""The page behind the links that we send."""
