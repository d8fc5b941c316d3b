"""Every system of the literature by its name: what it sees, how it is built, how it is fitted."""
