"""FETCH: what a tool keeps elsewhere becomes a file here, which is then an original like any other.

    settings.yml, secrets --> source --window--> one file

rest           pages of an API, by declaration
database       rows of a table or query
remote_files   files of an SFTP server or an object store
http           one connection to a server that is not trusted; what all that speak HTTP share
secrets        a password or a token, from the environment or from a file that it names

Nothing here archives, maps or lands, or knows when it is called: who runs it says where a file is to be written.
"""
