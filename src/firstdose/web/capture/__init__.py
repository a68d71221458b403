"""Forms from the protocol, participants, visits and photographs."""
