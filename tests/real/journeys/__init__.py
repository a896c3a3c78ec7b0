"""How people use each application: requests, one after the other, over HTTP."""
