"""Something to look at: sample deliveries of a made-up world, and a PostgreSQL that shows what is published of them."""
