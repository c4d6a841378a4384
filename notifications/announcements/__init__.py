"""What the platform tells the members of its shops: written by staff, told in the background, taken back when wrong."""
