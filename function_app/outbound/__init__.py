"""What the service sends by itself: deliveries of webhooks, and the messages that wake who delivers."""
