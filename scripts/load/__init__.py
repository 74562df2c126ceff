"""What load_test.py and door_cost.py are made of: many clients in a process of their own, and a server to ask."""
