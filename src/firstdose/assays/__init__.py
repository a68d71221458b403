"""What a laboratory measures: one module an assay, each with one constant ENTRY."""
