"""What is shown: functions that return bytes."""
