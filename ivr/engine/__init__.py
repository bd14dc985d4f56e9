"""What a call does: events in, commands out, a session between. Pure.

``events`` and ``commands`` are twins: what happened, and what to do next. ``session`` is where a call is, as plain data.
``step`` is the whole dialogue; ``entries`` reads what is typed, ``hearing`` what is said, ``wording`` chooses the answer,
``turn`` holds them while one event is handled. ``record`` says what of an event may be kept.
"""
