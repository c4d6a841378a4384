"""How well forecasts did: track records of all subjects, people's own figures beside the machine's."""
