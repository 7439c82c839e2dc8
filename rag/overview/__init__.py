"""What articles say as a whole: an overview in quoted sentences, and their dates in order."""
