"""Imports circle_second when that has begun too: see circle.py."""
import circle

circle.both_inside.wait()
import circle_second
