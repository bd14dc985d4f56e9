"""What a menu is: its YAML, its node kinds, its words, and everything that can be wrong with it. Pure.

Reading order: ``problems`` (what an editor is told) · ``reader`` (YAML as people type it) · ``nodes`` (the declaration
of every kind) · ``filters`` and ``templates`` (values in words) · ``phrases`` (the machine's own sentences) ·
``desks`` (opening hours) · ``tree`` (a compiled menu) · ``loader`` (sources to tree) · ``flow`` and ``checks`` (what is
wrong with the shape).
"""
