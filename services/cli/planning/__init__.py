"""`onestop plan`: joint-slot instances and plans as files, around the yard's own optimizer."""
