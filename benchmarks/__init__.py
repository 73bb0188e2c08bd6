"""What a request pays for its security headers: ``python -m benchmarks``."""
