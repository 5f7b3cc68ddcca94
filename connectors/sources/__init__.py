"""FETCH: what a source holds becomes one file on disk, which is then an original like any other.

    settings.yml, secrets --> source --window--> one file

http   one connection to a server that is not trusted; what all that speak HTTP share
rest   pulls by declaration
"""
