"""A phone-menu server: callers ring, and a menu tree in YAML says what they hear and what their keys mean.

These are the words of the program:

hotline       a folder with a menu tree, its words in each language, and its written calls
node          one step of a call, as the YAML declares it; the *tree* is all of them
prompt        words or audio that callers hear, in one language
desk          a place where humans answer, with a number and opening hours
session       where one call is, as plain data that is saved between two webhooks
event         what happened on a call: ``DigitsPressed``, ``NoInput``, ``ActionFinished``
command       what to do next: ``Say``, ``Gather``, ``Transfer``, ``Hangup``
step          the dialogue as a pure function: tree, session and event in, session and commands out
turn          one event of a call with everything that follows from it; turns are numbered
noinput       silence; *nomatch* is a key or phrase that is no choice
action        one self-service job, such as ``withdrawal_limits``
outcome       how an action ended, as a word that the menu routes on: ``ok``, ``locked``, ``unavailable``
level         how far callers have proved who they are: ``known``, ``verified``, ``confirmed``
code, link    a one-time secret in a text message: the code proves a telephone, the link opens the page of a reset
attempts      what is counted across calls: wrong tries, codes, rate limits
channel       a way to reach the hotline: Twilio, the terminal
line          a call as the caller has it, whichever channel carries it
written call  a test in YAML: what a caller does, must hear, and how the call ends
coverage      what of a menu the written calls have passed
rule          one thing that makes a menu good to hear; the *lint* is all of them
state         where a call can be, without what cannot change its future; a *walk* visits every state
proof         what holds in every state of a walk

The README's map says which part to open for which change; docs/architecture.md has the layers and the path of one turn.
"""
