"""Excel workbooks from the release in force: one per municipality with its own rows, and one for KOMBIT with all.

What a reader may see is decided in ``reader.py`` and nowhere else; what is shown in ``contents.py``; ``workbook.py``
knows Excel. A pivot's cache and a table ship every row behind them, so a row that is not for the reader is never read.
"""
