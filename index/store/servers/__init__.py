"""The store on servers: PostgreSQL for the catalog, Chroma's server for the vectors."""
