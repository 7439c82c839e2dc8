"""Reading: from the bytes of a file to the text that a person sees in it."""
