"""The Kosli dialect: translate a call, call one action, answer in their words.

What the unmodified Kosli CLI sends and expects of audit trails (v2.3.0 to v2.7.7). Not for our own
API, and not for rules of the product: those are in `trails.actions`.

    urls → dispatch → calls (who, for whom) → audit_trails, workflows, evidence, organizations
                      payloads (what they sent)     shapes (what they get), answers (as bytes)
"""
