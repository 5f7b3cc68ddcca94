"""A folder of an SFTP server, an object store or a share: its new files, in a tool's inbox.

    settings.yml, secrets --source--> RemoteInbox --opening--> file system --fetching--> inbox/<tool>/…, register

source     which folder, as settings.yml says, and its secrets
opening    the file system behind an address; a server is believed only if its key is known
fetching   what is new there: listed, copied aside, compared by content, moved into the inbox
"""
