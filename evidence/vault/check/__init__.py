"""The test of the write-once promise: attacks objects of its own. The door is `check.run`."""
