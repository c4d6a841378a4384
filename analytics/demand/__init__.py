"""What of every variant will be asked for, how long its stock lasts, and what to order."""
