"""Twilio's REST API: messages, numbers, Verify, and the commands `ivr twilio`."""
