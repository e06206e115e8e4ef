"""The product: who did what, when. Organizations, trails, workflows, attestations, pages, APIs."""
