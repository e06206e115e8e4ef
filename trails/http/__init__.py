"""HTTP that pages and APIs share: how bytes are served, not what they are or who may see them."""
