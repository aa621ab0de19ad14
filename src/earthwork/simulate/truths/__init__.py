"""What is true at each date, and what of it a picture can show."""
