"""Calls through a Twilio number. Twilio's words (verb, Redirect, Dial) stay in here.

``webhooks`` is the Flask side: ``requests`` reads what was posted, ``signature`` checks it, ``twiml`` renders the answer,
``languages`` and ``words`` fit it to Twilio's voices. ``player``, ``leg`` and ``transport`` are the other side: they
execute TwiML as Twilio would, and share nothing with the code that makes it. ``rest``, ``verify``, ``operations`` and
``doctor`` are how we ask Twilio for something; ``exchange`` and ``refusals`` carry that.
"""
