"""Calls of servers on this machine, which speak plain HTTP."""

import ssl

HTTP = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""`verify=plain.HTTP` trusts nobody: a client that is to trust somebody first reads the machine's
certificates, which took 25 ms, ten times as long as a call."""
