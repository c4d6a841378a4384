"""What every endpoint of /api/v1 shares. Endpoints are in each feature's api.py, built on accounts.tokens.api.

views: the scope of a call · permissions: scopes of tokens · pages: cursors · reading: JSON bodies · errors: their one
shape · schema: what OpenAPI says of all this.
"""
