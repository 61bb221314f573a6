"""Reports for people: PDF, newsletter and web pages, made from a published release and nothing else.

``edition`` opens the release and says which month a report is about; a module per product (``potentiale``, ``k98``,
``tilslutning``, ``sapa``, ``kditl``, ``nyhedsbrev``) asks it for figures and lays them out as a ``Document``;
``pdf``, ``mail`` and ``web`` show documents. A figure becomes text once, in ``danish``, so that every
product says the same. Definitions come from ``marts.maal``; templates, styles and fonts lie in ``reports/``.
"""
