"""What the tests stand on: real databases, real servers, and the people of the named world."""
