"""The command line of Trailkeeper. It runs where there is no server, and imports no Django."""
