"""What files hold once they are read: typed, unjudged; one module a kind of measurement."""
