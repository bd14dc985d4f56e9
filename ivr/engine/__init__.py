"""What a call does: events in, commands out, a session between. Pure.

``events`` and ``commands`` are twins: what happened, and what to do next. ``session`` is where a call is, as plain data.
``step`` is the whole dialogue; ``entries`` reads what is typed, ``wording`` chooses what is said, ``turn`` holds both
while one event is handled.
"""
