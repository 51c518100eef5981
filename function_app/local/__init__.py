"""The laptop: a host for the FunctionApp's HTTP functions, and the sample instance."""
