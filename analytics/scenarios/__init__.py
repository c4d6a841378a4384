"""What would happen if: questions to a market's model, kept, compared, adopted as plans and held against what came."""
