"""The nouns of the domain: values without behaviour of their own."""
