"""The write-once store of evidence bytes, addressed by their SHA-256. The door is `vault.store`."""
