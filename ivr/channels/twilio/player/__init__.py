"""A telephone without Twilio: executes the TwiML of a running server as Twilio would, for the simulator."""
