"""Records: canonical statements and their leaf hashes. The door is `ledger.log`."""
