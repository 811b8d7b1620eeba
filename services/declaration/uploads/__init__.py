"""Files of many filings in the database: `asked` for who sends them, `worked` for the worker."""
