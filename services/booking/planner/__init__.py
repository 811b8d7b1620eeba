"""The yards' own requests as a problem for the optimizer, and its plan as changes of bookings."""
