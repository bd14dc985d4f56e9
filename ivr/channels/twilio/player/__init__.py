"""A caller for a server of TwiML. It executes the documents as Twilio would, over any transport."""
