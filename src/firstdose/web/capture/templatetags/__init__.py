"""Small words of the templates of capture."""
