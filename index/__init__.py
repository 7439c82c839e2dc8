"""Documents in, ranked evidence out; imports none of our other packages."""
