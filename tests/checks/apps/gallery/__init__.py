"""An app that takes uploads in every way, and does nothing else."""
