"""From a client's folder to nouns that are proved right: the only place that validates."""
