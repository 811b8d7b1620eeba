"""The developer's desk: all that whoever writes a broker's software needs, served by us alone."""
