"""Calls through a Twilio number. Twilio's words (verb, Redirect, Dial) stay in this package.

``webhooks`` answers Twilio: ``webhook_events`` reads what was posted, ``signature`` checks it, and ``twiml`` renders
the answer. ``player`` is the other side: it executes TwiML as Twilio would, and shares nothing with the code that
makes it. ``admin`` asks Twilio for something: numbers, messages, codes.
"""
