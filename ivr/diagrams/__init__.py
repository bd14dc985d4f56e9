"""Diagrams of a hotline: a drawing, the call figures on it, and a card for callers.

``boxes`` makes boxes and arrows from the menu's ``edges``; ``mermaid``, ``dot``, ``svg`` and ``page`` write them in a
format. For ``svg`` and ``page``, ``node_shapes`` fills the boxes, and ``ranking`` and ``layout`` place them.
``call_stats`` counts recorded calls on the arrows. ``card`` is the caller's card; ``card_formats`` writes it.
"""
