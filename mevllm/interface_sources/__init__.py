"""The places in a specification from which an interface is read, one module for each form."""
