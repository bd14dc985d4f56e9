"""The pages behind the links that we send."""
