"""Foreign file formats, one module each: a file becomes one typed intermediate, or Issues; nothing is judged."""
