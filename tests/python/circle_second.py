"""Imports circle_first when that has begun too: see circle.py."""
import circle

circle.both_inside.wait()
import circle_first
