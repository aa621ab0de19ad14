"""What is said: who, what, where, when, how sure."""
