"""What can be wrong with a menu whose sections are well-formed, one family of checks each."""
