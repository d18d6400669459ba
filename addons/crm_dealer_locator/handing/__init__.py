"""What happens to a hand-over: asking, answers, and going on to the next dealer."""
