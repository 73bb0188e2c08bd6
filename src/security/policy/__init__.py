"""What should be: frozen values that know no request, clock, cache or framework."""
