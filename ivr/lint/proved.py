"""What `ivr explore` proves of every path. It is in the table of rules so that it can be explained and allowed."""

from __future__ import annotations

from ivr.explore.properties import PROOFS
from ivr.lint.registry import rule

for _proof in PROOFS.values():
    rule(
        _proof.id,
        _proof.title,
        why=_proof.why,
        source=_proof.source,
        by="explore",
        kept=_proof.how,
        before=_proof.before,
        after=_proof.after,
    )
