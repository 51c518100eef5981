"""What makes and checks the files of the connector."""
