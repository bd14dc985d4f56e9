"""Before it is published: what can be known of a hotline before anybody calls it.

``calls``, ``runner``, ``coverage`` are the written calls, played against the same switchboard that answers the telephone, and
what they leave out; ``keeping`` and ``replay`` make them from calls that were. ``lint`` judges what a caller will hear.
``samples``, ``moves``, ``canonical``, ``explorer`` walk every state of a menu, and ``stepwise``, ``nearness``, ``proofs`` say what
holds in all of them; ``witness`` writes down a call that shows where it does not. ``compare`` tells what callers notice of
a change.
"""
