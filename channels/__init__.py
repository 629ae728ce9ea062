"""Every way a person reaches the desk: the website, the command line, and their assembly."""
