"""Clients of servers for which the machine has none, of as much of each protocol as the bench needs."""
