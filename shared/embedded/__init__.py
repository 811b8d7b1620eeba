"""PostgreSQL and NATS from their wheels, as one process's own servers in one data folder."""
