"""Figures: how fast the product is, as ratios to a yardstick that was measured in the same run.

    python -m tests.bench [figure ...] [--json FILE] [--quick]

Not for correctness: every part that is measured here has tests elsewhere. Absolute values belong
to the machine that they were measured on; what may be compared is the ratios.
"""
