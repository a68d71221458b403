"""Arithmetic of flow cytometry: transforms, compensation, gates, an automatic second reader, counting errors."""
