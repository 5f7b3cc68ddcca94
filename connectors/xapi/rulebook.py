"""Every rule that can reject a statement, with what is expected and the clause that says so.

Clauses are those of the xAPI 1.0.3 specification (Data), unless they name another text.
"""

from __future__ import annotations

from dataclasses import dataclass

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


@dataclass(frozen=True)
class Rule:
    """``expected`` completes "expected …"; ``clause`` is where the standard asks for it."""

    expected: str
    clause: str


RULES: dict[str, Rule] = {
    "json_syntax": Rule("one complete JSON value", "RFC 8259"),
    "json_depth": Rule("JSON of at most 512 levels", "RFC 8259, 9"),
    "encoding": Rule("UTF-8 text", "Communication 1.4"),
    "duplicate_key": Rule("every key of an object once", "2.2 s4.b3"),
    "torn_page": Rule("the array of statements closed with ]: the end of the file is missing", "RFC 8259"),
    "required": Rule("a required property", "2.4"),
    "unknown_property": Rule("only properties that the specification names", "2.2 s4.b4"),
    "null_value": Rule("a value, not null", "2.2 s4.b1"),
    "data_type": Rule("the data type of the specification, without coercion", "2.2 s4.b2"),
    "number_size": Rule("a number that a double can hold", "2.2 s4.b2"),
    "natural_number": Rule("a whole number, 0 or more", "2.4.11"),
    "uuid": Rule("a UUID in standard form (RFC 4122, variant 2)", "2.4.1"),
    "iri": Rule("an absolute IRI with a scheme", "2.2 s4.b4"),
    "mbox": Rule("mailto: and one e-mail address", "2.4.2.3"),
    "mbox_sha1sum": Rule("40 hexadecimal digits", "2.4.2.3"),
    "one_identifier": Rule("exactly one of mbox, mbox_sha1sum, openid, account", "2.4.2.1, 2.4.2.2"),
    "anonymous_group": Rule("members, because the group has no identifier of its own", "2.4.2.2"),
    "object_type": Rule("an objectType of the specification, in its exact case", "2.4.2, 2.4.4"),
    "authority": Rule("an Agent, or an anonymous Group of exactly two Agents", "2.4.9"),
    "language_tag": Rule("a language tag of RFC 5646", "4.2"),
    "extension_key": Rule("an absolute IRI as key of an extension", "4.1"),
    "interaction_type": Rule("an interactionType of the specification", "2.4.4.1 s8"),
    "interaction_components": Rule("components that the interactionType has", "2.4.4.1 s8"),
    "component_ids": Rule("component ids that are unique within their array", "2.4.4.1 s15"),
    "score_scaled": Rule("a scaled score from -1 to 1", "2.4.5.1"),
    "score_order": Rule("min below max, and raw between them", "2.4.5.1"),
    "duration": Rule("an ISO 8601 duration (4.4.3.2)", "4.6"),
    "timestamp": Rule("an RFC 3339 timestamp, and a zone other than -00:00", "4.5"),
    "version": Rule("version 1.0.x or 2.0.x, the one that is judged by", "2.4.10"),
    "context_of_activity": Rule("revision and platform only beside an Activity as the object", "2.4.6"),
    "relevant_types": Rule("at least one relevant type", "IEEE 9274.1.1, 4.2.2"),
    "voids_statement_ref": Rule("a StatementRef as the object of a voiding statement", "2.3.2"),
}
