"""From a request to an answer: what reads Odoo's tables for the ranking."""
