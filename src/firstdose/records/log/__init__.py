"""The append-only log of capture: events, their chain, what follows from them, and the proof that nothing was changed."""
