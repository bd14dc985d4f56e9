"""How values are said: money, numbers, times and dates, and what is said character by character.

Each is a function of a value and a :class:`~ivr.menu.speech.values.speaker.Speaker`. What CLDR knows comes from Babel. What it
lacks, such as the word for minus, is in the language's pack (:mod:`ivr.menu.speech.values.patterns`).
"""
