"""The words of a connector file that say how a tool's data are pulled from its API.

    rest (of a tool): authorization, limits, errors   +   pull (of an export): path, parameters, pages, window, each

What only one home knows (the endpoint, an account's number) is in its settings.yml, and secrets are in the
environment. Text in braces within ``path`` and ``parameters`` is filled in: ``{since}`` and ``{until}`` of the window,
what ``each`` draws from the answers of another pull, and the settings that ``rest.settings`` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.declaration.complaints import unknown
from connectors.declaration.json_paths import json_path
from connectors.declaration.notations import Texts

BRACES = re.compile(r"\{(\w+)\}")
UNIX = {"unix": 1, "unix milliseconds": 1000}
"""Moments as a number since 1970: how many make a second."""
_BOUNDS = ("since", "until")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _path(text: str) -> str:
    json_path(text)
    return text


def _header_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"'{text}' is no name of a header or a parameter")
    return text


def _moment_format(text: str) -> str:
    if text not in UNIX and "%" not in text:
        raise ValueError(f"'{text}' is no format of moments: use one such as %Y-%m-%dT%H:%M:%SZ, or {', '.join(UNIX)}")
    return text


Path = Annotated[str, AfterValidator(_path)]
"""Where something stands in an answer: ``meta.next``."""
Name = Annotated[str, AfterValidator(_header_name)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Authorization(_Part):
    """How a request proves who asks. The secrets come from the environment: ``secrets`` says under which names.

    ``basic``: user name and password; with a ``password`` (a word that the API prescribes) the key is the user name.
    ``header``: a key in a header called ``name``, after a ``prefix``. ``parameter``: in the query, or in the form of a
    POST. ``client_credentials``: OAuth 2.0; the token comes from ``token_path`` below the endpoint, or from the
    ``token_url`` that the home sets; ``in_form`` sends the client's secret in the form rather than in a header.
    """

    kind: Literal["none", "basic", "bearer", "header", "parameter", "client_credentials"]
    name: Name | None = None
    prefix: str = ""
    password: str | None = None
    token_path: str | None = None
    in_form: bool = False
    scope: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Authorization:
        if (self.name is None) == (self.kind in ("header", "parameter")):
            raise ValueError("`name` says which header or parameter holds the key; it belongs to those two kinds only")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """What THROUGHLINE_<TOOL>_… in the environment has to be called."""
        if self.kind == "basic":
            return ("API_KEY",) if self.password is not None else ("USERNAME", "PASSWORD")
        return {
            "none": (),
            "bearer": ("TOKEN",),
            "header": ("API_KEY",),
            "parameter": ("API_KEY",),
            "client_credentials": ("CLIENT_ID", "CLIENT_SECRET"),
        }[self.kind]


class Limits(_Part):
    """What the API allows. ``remaining`` and ``reset`` are headers: what is left of a quota, and until when (a moment
    or seconds). Where nothing is left, a 403 means the same as a 429.
    """

    per_minute: float | None = Field(default=None, gt=0)
    per_second: float | None = Field(default=None, gt=0)
    remaining: Name | None = None
    reset: Name | None = None


class Errors(_Part):
    """How an answer with status 200 says that it is an error: something stands ``at`` one of these places, or what
    stands at ``unless`` is false. ``code`` is the place of a word for it, ``means`` says what to do about it, and
    ``busy`` are those that pass by themselves.
    """

    at: Texts = ()
    unless: Path | None = None
    code: Path | None = None
    means: dict[str, str] = {}
    busy: Texts = ()


class Rest(_Part):
    """A tool's API. ``endpoint`` shows how its address looks; ``needs`` says who grants which right; ``settings`` are
    what a home has to set besides (name → meaning).
    """

    endpoint: str
    needs: str
    authorization: Authorization
    headers: dict[Name, str] = {}
    limits: Limits = Limits()
    errors: Errors = Errors()
    settings: dict[str, str] = {}


class Pages(_Part):
    """How an answer leads to the next one.

    ``number`` and ``offset`` count in ``parameter``; ``cursor`` puts what stands ``at`` a place of the answer there;
    ``link`` follows the header Link, ``next`` the address ``at`` a place of the answer. ``size`` asks for so many
    records in ``size_parameter``. The end is where ``more`` is false, the page ``last`` says so, ``total`` records
    came, nothing leads on, or (number and offset) a page is empty: a short page is no end, because a server may give
    less than it is asked for.
    """

    by: Literal["number", "offset", "cursor", "link", "next"]
    parameter: str | None = None
    at: Path | None = None
    first: int | None = None
    size: int | None = Field(default=None, ge=1)
    size_parameter: str | None = None
    total: Path | None = None
    last: Path | None = None
    more: Path | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Pages:
        needed = {"number": {"parameter"}, "offset": {"parameter"}, "cursor": {"parameter", "at"}, "next": {"at"}}
        here = {name for name in ("parameter", "at") if getattr(self, name) is not None}
        if here != needed.get(self.by, set()):
            wanted = " and ".join(f"`{name}`" for name in sorted(needed.get(self.by, ()))) or "neither"
            raise ValueError(f"pages by {self.by} need {wanted} (of `parameter` and `at`)")
        if (self.size is None) != (self.size_parameter is None):
            raise ValueError("`size` and `size_parameter` belong together")
        return self


class Window(_Part):
    """What changed in a day: ``{since}`` and ``{until}`` are written in ``format`` (as for dates, or ``unix`` seconds
    or milliseconds; UTC). The query begins ``overlap_minutes`` before the day, because clocks differ.
    """

    format: Annotated[str, AfterValidator(_moment_format)] = "%Y-%m-%dT%H:%M:%SZ"
    overlap_minutes: float = Field(default=0, ge=0, le=1440)


class Each(_Part):
    """One question for each record ``of`` another pull of the tool: ``values`` draws from it what goes into braces.
    ``gone`` are statuses or error codes of a record that is there no more, which is passed over. ``skip`` are values
    that are not asked about.
    """

    of: str
    values: Annotated[dict[str, Path], Field(min_length=1)]
    gone: Texts = ()
    skip: dict[str, Texts] = {}

    @model_validator(mode="after")
    def _skips_what_it_draws(self) -> Each:
        if strange := [name for name in self.skip if name not in self.values]:
            raise ValueError(unknown("value to skip", strange[0], tuple(self.values)))
        return self


class Pull(_Part):
    """How an export is pulled: what is asked for, where, and how its pages follow each other.

    Parameters go where ``send`` says: into the query, a form or a JSON body. ``status`` says whether somebody has
    confirmed path, parameters and field names: in the vendor's documentation, or with the API itself.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    send: Literal["query", "form", "json"] | None = None
    parameters: dict[str, Any] = {}
    pages: Pages | None = None
    window: Window | None = None
    each: Each | None = None
    status: Literal["confirmed", "draft"] = "draft"

    @model_validator(mode="after")
    def _is_whole(self) -> Pull:
        if self.method == "GET" and self.send not in (None, "query"):
            raise ValueError("a GET sends its parameters in the query; for a form or JSON use `method: POST`")
        if not self.path.startswith("/"):
            raise ValueError("`path` begins with / and is what comes after the endpoint")
        if (self.window is not None) != bool(set(_BOUNDS) & {*self.braces}):
            raise ValueError("a `window` and the parameter that holds {since} (and {until}) belong together")
        return self

    @property
    def sends(self) -> Literal["query", "form", "json"]:
        return self.send or ("query" if self.method == "GET" else "form")

    @property
    def braces(self) -> tuple[str, ...]:
        """Everything that is filled in, in order."""
        return tuple(
            dict.fromkeys(name for text in _texts([self.path, self.parameters]) for name in BRACES.findall(text))
        )

    def known_braces(self, rest: Rest) -> tuple[str, ...]:
        bounds = _BOUNDS if self.window else ()
        return (*bounds, *(self.each.values if self.each else ()), *rest.settings)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def filled_in(value: Any, values: Mapping[str, str]) -> Any:
    """The same, with the values in place of their names in braces."""
    if isinstance(value, str):
        return BRACES.sub(lambda found: values[found[1]], value)
    if isinstance(value, Mapping):
        return {name: filled_in(each, values) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled_in(each, values) for each in value]
    return value


def problems(
    exports: Mapping[str, tuple[str, str, Pull | None]], rest: Rest | None
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the pulls of a tool say that can't be; ``exports``: name → (format, delivers, pull)."""
    pulls = {name: pull for name, (_, _, pull) in exports.items() if pull}
    if rest is None:
        yield from ((("exports", name, "pull"), "a pull needs `rest:` of the tool (authorization …)") for name in pulls)
        return
    if not pulls:
        yield ("rest",), "no export has a `pull:`"
    for name, pull in pulls.items():
        place = ("exports", name, "pull")
        file_format, delivers, _ = exports[name]
        if file_format not in ("json", "table"):
            yield place, f"an export of format {file_format} has a pull of its own"
        if file_format == "table" and (pull.pages or pull.each):
            yield place, "a table comes in one answer; `pages` and `each` are for `format: json`"
        if delivers == "snapshot" and pull.window:
            yield (*place, "window"), "what changed in a day is no snapshot: `delivers: increment` or `events`"
        for braces in pull.braces:
            if braces not in pull.known_braces(rest):
                yield place, unknown("name in braces", braces, pull.known_braces(rest))
        if pull.each:
            yield from (((*place, "each", "of"), told) for told in _each(name, pull.each, pulls))


def _each(name: str, each: Each, pulls: Mapping[str, Pull]) -> Iterator[str]:
    parents = tuple(other for other, pull in pulls.items() if other != name and not (pull.each or pull.window))
    if each.of not in parents:
        yield unknown("pull (without `each` and `window`)", each.of, parents)
