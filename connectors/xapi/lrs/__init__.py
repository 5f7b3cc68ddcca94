"""A day of an LRS becomes a file of statements: an original like any other, which `xapi.read` understands.

    source --address, secrets--> client --pages--> window --statements of the day--> file

source          which LRS, from settings.yml; secrets from the environment or a file, never from settings
authorization   basic, or OAuth 2.0 client credentials
client          pages of a query: versions, `more`; patience and distrust are those of `connectors.sources.http`
answers         what an LRS's answer means
window          which of the statements that were sent belong to the day, and the file that they become

Nothing here is imported before somebody pulls: the HTTP library takes a tenth of a second.
"""
