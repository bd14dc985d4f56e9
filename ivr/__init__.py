"""A phone-menu server: a caller rings, a menu tree in YAML says what he hears and what his keys mean.

The words of this program, and only those:

hotline       one folder under ``menus/``: a menu tree, its words in each language, its written calls
menu tree     what the YAML says; a *node* is one step of a call
prompt        words or audio that the caller hears, in one language
session       where one call is: plain data, saved between any two webhooks
event         what happened on the call, in the past tense (``DigitsPressed``, ``NoInput``)
command       what to do next, in the imperative (``Say``, ``Gather``, ``Transfer``)
action        one self-service job, such as ``withdrawal_limits``
outcome       how an action ended: a word that the menu routes on (``ok``, ``locked``, ``unavailable``)
noinput       silence; *nomatch*: a key or phrase that is no choice
level         how far a call has proved who is calling: ``known``, ``verified``, ``confirmed``
code, link    what proves a telephone, and what opens the page of a reset: each in one message alone, and a secret
ledger        what is remembered across calls, so that trying again gains nothing: tries, codes, rations
run           one asking for an action, under its idempotency key; a slow one goes on while the caller waits
message       a text message: a row that is saved with the turn and sent afterwards, at most once
turn          one event in, one list of commands out; numbered within the call
desk          a place where humans answer: its number, its hours, what happens when it does not
channel       the way a caller reaches us: Twilio, the terminal
line          a call from the caller's side, whichever channel carries it
written call  a test in YAML: what the caller does, what he must hear, how it ends
rule          what makes a menu good to hear; numbered, with a source; *lint*: all of them
state         where a call can be, without what cannot change its future; *move*: what can happen there
walk          every state that a call can come to, and every move; a *proof* says what holds in all of them
way           the moves, or the keys, that lead somewhere
coverage      what of a menu the written calls have passed

Reading order is import order: ``menu`` → ``engine`` → ``ledger`` and ``stores`` → ``actions`` → ``hotline`` and
``messages`` → ``switchboard`` → ``line`` → ``channels`` and ``proof`` → ``pictures`` → ``app`` → ``cli``.
"""
