"""What a system is worth: figures with patient-clustered intervals, curves, and the report."""
