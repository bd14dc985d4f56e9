"""Calls from a keyboard: the simulator's face. It drives any line, in this process or over HTTP."""
