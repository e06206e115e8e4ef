"""What must never happen (DESIGN §3), tried: by raw SQL, by crowds, by crashes."""
