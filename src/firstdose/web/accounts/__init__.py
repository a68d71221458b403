"""People: accounts, roles, sites, the matrix of rights, and what blinded people do not see."""
