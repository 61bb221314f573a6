"""The build: what dbt must make anew, and the private folder in which it does so."""
