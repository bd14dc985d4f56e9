"""Calls from a keyboard: the simulator. It drives any line, in this process or over HTTP."""
