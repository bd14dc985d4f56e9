'''Every state that a call can come to: the walk through them, and the proofs of what holds in all of them.

For example, a menu of three nodes:

>>> from ivr.explore.prover import prove
>>> from ivr.menu.loader import load
>>> loaded = load({"menu.yaml": """
... hotline: small
... languages: [en-US]
... start: main
... desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
... nodes:
...   main: {tries: 2, menu: {"0": {for: a person, go: agent}, "1": {for: the end, go: bye}}}
...   agent: {say: One moment., transfer: service}
...   bye: {end: Goodbye.}
... """}, {})
>>> proved = prove(loaded.tree)

A call can be in nine states. The menu is three of them: at first, after a wrong key, and after a silence. The desk is two:
the one that the caller asked for, and the one that is rung after the second mistake, after which no other human is
sought. Four are endings.

>>> [place.session.node for place in proved.walk.places if not place.session.ending]
['main', 'agent', 'main', 'main', 'agent']
>>> [place.session.ending for place in proved.walk.places if place.session.ending]
['completed', 'transferred', 'hung_up', 'farewell']

Two calls that can only go on alike are one state. So a state is known by its key, which leaves out all that nothing
looks at, such as the caller's number here. This is the key of the menu after a silence: the node, the way back, the nodes
to return to once the caller is known, the language, the counters of silence, wrong keys and repeats, whether a human was
sought, the entry that waits for a yes, and what a repeat would say again (:mod:`ivr.explore.state_key`):

>>> from ivr.explore.state_key import StateKeys
>>> StateKeys(proved.walk.moves).control(proved.walk.places[4].session)
('main', ('main',), (), 'en-US', (1, 0, 0), False, None, ())

Proof P03 promises that a caller who only waits is connected with a human. From the menu it takes two silences of five
seconds each, and the words between them:

>>> {node: round(seconds) for node, seconds in proved.waiting.items()}
{'main': 20}
>>> proved.findings
[]

``explorer`` walks: at each state it tries every event of ``moves`` with the values of ``samples``, through the engine's
own step, and ``recording`` notes what the step looks at. ``step_checks`` looks at each step, ``prover`` and ``distance``
at the whole walk. ``properties`` says what they promise, ``counterexample`` and ``fill`` write calls that show it.
'''
