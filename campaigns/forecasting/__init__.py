"""What to expect of a campaign: whom each step reaches, who acts, what it costs, when; and what came of it."""
