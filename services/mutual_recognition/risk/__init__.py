"""How often something is found at a company's or a heading's inspections, and how sure that is."""
