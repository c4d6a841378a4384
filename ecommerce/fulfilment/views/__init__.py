"""The pages of parcels, their carriers and their cases."""

from ecommerce.fulfilment.views import carriers, cases, parcels, uploads

__all__ = ["carriers", "cases", "parcels", "uploads"]
