"""What a menu is: its YAML, its node kinds, its words, and everything that can be wrong with it. Pure.

Reading order: ``problems`` (what an editor is told) · ``reader`` and ``fullwidth`` (YAML as people type it) · ``forms``
and ``nodes`` (the declaration of every kind) · ``declared`` (from sections to models) · ``filters``, ``templates`` and
``prompts`` (values and words) · ``phrases`` (the machine's own sentences) · ``hearing``, ``seconds`` and ``desks``
(speech, time, opening hours) · ``contract`` (what an action promises) · ``tree`` and ``compiler`` (a compiled menu) ·
``draft`` and ``loader`` (sources to tree) · ``checks`` with ``spoken``, ``texts``, ``ways`` and ``flow`` (what is wrong
with the whole) · ``reference`` (schemas and the page).
"""
