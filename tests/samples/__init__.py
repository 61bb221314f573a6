"""What tests are made of: sample deliveries as suppliers write them, and an installation that takes them in."""
