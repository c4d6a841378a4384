"""What stands out about single products for a while: praised and rising ones, bursts of complaints."""
