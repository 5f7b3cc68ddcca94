"""A connection to a server that is not trusted: to be there, to be quick, to come to an end, to stay itself.

    request --pace, authorization--> server --answer--> what it means: a value, try again, or something to mend

addresses      where a secret may be sent
credentials    who asks, and what proves it
authorization  basic, bearer, a key in a header or a parameter, OAuth 2.0 client credentials
pace           no more requests than a server allows
connection     a request that is asked again while the server is busy or its answer is broken
answers        what an answer that is none means, and whether to ask again
track          where pages have led so far, so that a circle ends

Nothing here is imported before somebody pulls or sends: the HTTP library takes a tenth of a second. `addresses` and
`credentials` do without it.
"""
