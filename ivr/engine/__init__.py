"""What a call does: events in, commands out, a session between. Pure.

Read ``step`` first: it is the whole dialogue. ``events`` and ``commands`` are its twins, what happened and what to do next.
``session`` is where a call is, as plain data, and ``states`` names what it can wait for. ``turn`` holds everything while one
event is handled. ``entries`` reads what callers type, ``recognition`` what they say, ``prompting`` chooses what they hear.
``keys`` says which keys work where a call listens, ``redaction`` what of an event may be kept.
"""
