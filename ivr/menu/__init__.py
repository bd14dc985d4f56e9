"""What a menu is: its language, its files, its words, and everything that can be wrong with it. This part is pure.

The folders have an order, which import-linter checks. Each imports only from those above it:

- ``language`` declares what an editor may write. Each kind of node has its home in ``language/nodes.py``.
- ``reading`` turns YAML into declared sections and knows where each mistake is.
- ``speech`` has templates, filters and prompts, and estimates how long words take.
- ``tree`` and ``compiler`` make a menu as a call uses it.
- ``graph`` knows where each node leads, and how soon.
- ``checks`` finds what is wrong with a menu even if each section is well-formed.
- ``loader`` joins them. ``reference`` prints the language for editors.
"""
