"""Settings, URLs and the WSGI entry: how the parts are put together. No behaviour lives here."""
