"""The tests of Trailkeeper: one file per behaviour, each test a sentence in a named world."""
