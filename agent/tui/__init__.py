"""The browser of the record: a leaf, which nothing but its command imports."""
