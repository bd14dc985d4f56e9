"""What a menu is: its language, its files, its words, and everything that can be wrong with it. Pure.

The folders stand in one order, which import-linter checks; each imports only what comes before it:

- ``language``: what an editor may write, declared once. A kind of node has its home in ``language/nodes.py``.
- ``reading``: from YAML to declared sections, with the place of each mistake.
- ``speech``: templates, filters and prompts, and how long words take.
- ``tree`` and ``compiler``: a menu as a call uses it.
- ``graph``: where each node leads, and how soon.
- ``checks``: what is wrong with a menu although each section is well written.
- ``loader``: joins them. ``reference`` prints the language for editors.
"""
