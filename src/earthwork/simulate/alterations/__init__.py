"""What a siege does to a city: from the words of a scenario to shapes on the ground."""
