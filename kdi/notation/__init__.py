"""How things are written: Danish figures and dates, periods, names, CPR numbers, SQL, cells of a spreadsheet."""
