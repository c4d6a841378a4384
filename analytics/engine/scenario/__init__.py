"""What would happen if: a changed plan held against the plan as it stands, on the same draws of one market."""
