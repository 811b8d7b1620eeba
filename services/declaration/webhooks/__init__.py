"""Receipts pushed to brokers, signed after the Standard Webhooks specification."""
