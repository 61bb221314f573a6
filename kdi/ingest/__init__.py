"""From the inbox to typed, audited rows: recognise, read by profile, judge, load or quarantine.

What a delivery must look like is data (``expectations/profiles``), what it must fulfil likewise
(``expectations/suites/leverance.yml``). Nothing here knows a KPI.
"""
