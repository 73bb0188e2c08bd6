"""
Ask sites for what the grader looks at, or read it from a browser's recording.

What asks a site needs httpx, which the extra ``grade`` brings; what reads files does not.
"""
