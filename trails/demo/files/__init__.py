"""Writers of realistic evidence, a file per kind. Pure: the same arguments give the same bytes."""
