"""The production server: a supervisor and its workers, each with an HTTP server that strangers cannot hold up."""


class CannotServe(Exception):
    """The server cannot do its work. The text says why and what to do."""
