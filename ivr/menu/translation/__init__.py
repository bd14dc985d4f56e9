"""What a translator works with: the texts of a hotline in two languages, in a words file, a PO or a CSV file."""
