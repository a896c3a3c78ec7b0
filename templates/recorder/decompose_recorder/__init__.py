"""Runs inside a monolith, or inside the services of its split: standard library only.

Recording writes what an application does to a tape. Replaying makes time and random values those
of the recording. Nothing of the application is edited; hooks are put on as modules are imported.
"""
