"""Finding workflows and attestations by their words, or by what names them exactly.

    words    what is a word, in what is recorded and in what people type        (pure)
    engines  the index of words that each database keeps, and how it is asked
    find     hits of a query among what an actor may see
    exact    what an id or the beginning of a digest names

The rows are written by `trails.actions.indexing`, in the transaction of what they speak of.
"""
