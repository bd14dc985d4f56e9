"""The whole of a hotline on one page: its drawing, the traffic on it, and the card that a caller can keep.

``drawing`` is what is drawn, of the ``ways`` that a menu writes; ``mermaid``, ``dot``, ``svg`` and ``page`` write it down.
Of the last two, ``faces`` is what is seen of a box, ``ranking`` and ``layout`` say where it stands. ``traffic`` counts on a
drawing what the records tell. ``card`` is the caller's card, ``card_text`` and ``card_page`` write it down.
"""
