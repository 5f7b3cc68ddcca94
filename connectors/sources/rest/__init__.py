"""A pull that a connector file declares becomes a file: an original like any other, which `format: json` reads.

    source --address, secrets--> api --answers--> pages --one answer a line--> file

source     where a tool's API is: `tools.<tool>.rest` of settings.yml; secrets from the environment or a file
requests   what is asked: the declared path and parameters with everything filled in
answers    what an answer means: a document with records, a reason to ask again, something to mend
paging     how an answer leads to the next one, and when it doesn't
api        the API of a tool: its answers to one question, page by page
explaining what a pull needs and does, for whoever is to set it up
pull       the answers of one window, for one question or for one per record of another pull, as a file

An answer is written as it was received, one to a line: NDJSON. Where there is one question per record (of each course
its members), and the export's ``records`` stand in ``page``, the line is ``{"for": {"course_id": "5"}, "page": <the
answer>}``; its columns can then say ``$.for.course_id``.
"""
