"""The intake of reference data: what lies in the inbox, read, judged and put in force. What is stored is the lake's."""
