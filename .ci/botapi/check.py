#!/usr/bin/env python3
"""Checks recorded requests against two independent descriptions of the Bot API: the pydantic models of aiogram (PyPI)
and the TypeScript declarations of @grammyjs/types (npm).

    check.py REQUESTS...      files of JSON lines: {"method": "sendVoice", "params": {"voice": "attach://clip", ...}}

Values of `params` are JSON, not JSON in strings, also where the request was multipart; a file is the string
"attach://NAME". A line with "seen_by": ["aiogram", "grammY"] is a mistake on purpose, described by "why": exactly these
lists have to refuse it ("table" is the one of what is newer, below). Requests that are equal are checked once.

Exit status: 0 if both lists take everything, 1 on a mismatch, 2 if nothing could be checked. The lists do not know
lengths, ranges, and rules between fields.
"""

import argparse
import collections
import importlib.metadata
import inspect
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import aiogram
import aiogram.methods
from aiogram.client.default import Default
from pydantic import BaseModel, ValidationError

AIOGRAM, GRAMMY, TABLE = "aiogram", "grammY", "table"

# Newer than both lists (Bot API 10.3). What is named here is let through; anything else is a mismatch.
NEWER_METHODS = {
    # Bot API 10.5. `callback_query_mode` is absent on purpose: it must never be sent.
    "setMySettings": {
        "supports_inline_queries": bool,
        "inline_query_placeholder": str,
        "can_join_groups": bool,
        "can_read_all_group_messages": bool,
        "supports_guest_queries": bool,
        "has_topics_enabled": bool,
    },
}

# What the lists must refuse for the above to be needed.
NEWER_PROBES = [
    *((method, {}) for method in NEWER_METHODS),
    ("sendMessage", {"text": "x", "ephemeral_message_parameters": {"callback_query_id": "1"}}),
]


def fail(message):
    print(f"check.py: {message}", file=sys.stderr)
    sys.exit(2)


def in_older_words(params):
    """The parameters as Bot API 10.3 would have them. Bot API 10.4: an ephemeral answer to a callback query may leave out
    `chat_id` together with `receiver_user_id`; one of the two alone is a mismatch. The lists still check the other fields."""
    ephemeral = params.get("ephemeral_message_parameters")
    newer = isinstance(ephemeral, dict) and "callback_query_id" in ephemeral and "receiver_user_id" not in ephemeral
    if newer and "chat_id" not in params:
        return params | {"chat_id": 0, "ephemeral_message_parameters": ephemeral | {"receiver_user_id": 0}}
    return params


def newer_problems(method, params):
    """Problems, here and below: (path in the parameters, what is wrong)."""
    known = NEWER_METHODS[method]
    for name, value in params.items():
        if name not in known:
            yield (name,), "not in the table of what is newer"
        elif type(value) is not known[name]:
            yield (name,), f"should be {known[name].__name__}"


# aiogram

MODELS = {
    model.__api_method__: model
    for _, model in inspect.getmembers(aiogram.methods, inspect.isclass)
    if isinstance(getattr(model, "__api_method__", None), str)
}


# Telegram takes the names of methods in any case of letters; recorded they are in lower case.
CANONICAL = {method.lower(): method for method in [*MODELS, *NEWER_METHODS]}


def place(location, params):
    """The path of a pydantic error, and what pydantic names between: at which path which member of a union was tried."""
    path, members, value = [], [], params
    for number, part in enumerate(location):
        if isinstance(value, dict) and part in value or isinstance(value, list) and isinstance(part, int):
            path.append(part)
            value = value[part]
        elif isinstance(value, dict) and number + 1 == len(location):
            path.append(part)  # a missing field
        else:
            members.append((tuple(path), *location[: number + 1]))
    return tuple(path), members


def best_errors(errors, params):
    """pydantic tells the errors of all members of a union. These are of the one that was meant: whose constants (`type`)
    are right, that was valid as deep as any, with the fewest errors."""
    placed = [(*place(error["loc"], params), error) for error in errors]
    unions = collections.defaultdict(lambda: collections.defaultdict(list))
    for path, members, error in placed:
        for member in members:
            at = member[0]
            constant = error["type"] == "literal_error" and len(path) == len(at) + 1
            unions[(at, member[1:-1])][member].append((constant, -len(path)))
    worse = set()
    for tried in unions.values():
        rank = {member: (any(c for c, _ in found), min(d for _, d in found), len(found)) for member, found in tried.items()}
        worse |= {member for member in rank if rank[member] > min(rank.values())}
    enum = re.compile(r"<\w+\.\w+: ('\w+')>")
    best = [entry for entry in placed if worse.isdisjoint(entry[1])] or placed
    return [(path, enum.sub(r"\1", error["msg"])) for path, _, error in best]


def unset_constants(value, path=()):
    """Fields with one possible value, as `type`, for which aiogram has a default and Telegram has none."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if name in value.model_fields_set:
                yield from unset_constants(getattr(value, name), (*path, name))
            elif not field.is_required() and field.default is not None and not isinstance(field.default, Default):
                yield (*path, name), "Field required"
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from unset_constants(item, (*path, number))


def aiogram_problems(method, params):
    model = MODELS.get(method)
    if model is None:
        return [((), "unknown method")]
    try:
        # As JSON, because strict models take no dictionaries.
        found = model.model_validate_json(json.dumps(params), strict=True, extra="forbid", by_alias=True, by_name=False)
    except ValidationError as error:
        # Times are numbers on the wire; where aiogram knows them as `datetime` only, strict mode wants strings.
        errors = [e for e in error.errors() if not (e["type"] == "datetime_type" and type(e["input"]) is int)]
        return best_errors(errors, params)
    return list(unset_constants(found))


# @grammyjs/types

HEADER = """import type { Opts } from "@grammyjs/types/methods.js";

// Excess properties are errors in object literals; of a union, though, TypeScript takes the properties of all members
// together, and an empty interface takes anything. `Exact` closes both.
type Keys<T> = T extends readonly unknown[] ? never : T extends object ? keyof T : never;
type Exact<T, All extends PropertyKey = Keys<T>> =
  T extends readonly (infer Item)[] ? Exact<Item>[]
  : T extends object ? keyof T extends never ? Record<string, never>
    : { [K in keyof T]: Exact<T[K]> } & { [K in Exclude<All, keyof T>]?: never }
  : T;
type Methods = Opts<string>;
"""


def written(value, path=(), start="", end=";"):
    """A value as TypeScript, one property or item a line, as (path, line)."""
    if not value or not isinstance(value, (dict, list)):
        yield path, start + json.dumps(value) + end
        return
    is_object = isinstance(value, dict)
    yield path, start + "[{"[is_object]
    for key, item in value.items() if is_object else enumerate(value):
        yield from written(item, (*path, key), f"{json.dumps(key)}: " if is_object else "", ",")
    yield path, "]}"[is_object] + end


def grammy_problems(requests, modules):
    """For each request, by its number, the problems that the TypeScript compiler finds when it assigns them to the
    parameters of their methods."""
    problems = collections.defaultdict(list)
    lines = [(None, (), line) for line in HEADER.splitlines()]
    for number, (method, params) in requests.items():
        lines.append((number, (), f"export const request{number}: Exact<Methods[{json.dumps(method)}]> ="))
        lines += ((number, path, line) for path, line in written(params))
    with tempfile.TemporaryDirectory() as directory:
        pathlib.Path(directory, "requests.ts").write_text("".join(f"{line}\n" for _, _, line in lines))
        options = {"noEmit": True, "strict": True, "skipLibCheck": True, "target": "es2022", "lib": ["es2022"], "types": [],
                   "module": "nodenext", "paths": {"@grammyjs/types/*": [f"{modules}/@grammyjs/types/*"]}}
        pathlib.Path(directory, "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["requests.ts"]}))
        command = ["node", f"{modules}/typescript/bin/tsc", "--pretty", "false", "--project", directory]
        result = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    for report in re.split(r"\n(?! )", result.stdout.strip()):
        error = re.match(r"requests\.ts\((\d+),\d+\): error (TS\d+): (.*)", report, re.DOTALL)
        number, path, _ = lines[int(error[1]) - 1] if error else (None, (), "")
        if number is not None and not error[2].startswith("TS1"):  # those are of syntax, and hide all others
            problems[number].append(readable(path, error[2], error[3]))
        elif report:
            fail(f"tsc: {report}")
    if result.returncode not in (0, 1, 2) or bool(result.returncode) != bool(problems):
        fail(f"tsc ended with status {result.returncode}: {result.stderr}")
    return problems


def readable(path, code, message):
    """An error of tsc with the field that it means, without the types that it spells out."""
    lines = [line.strip() for line in message.splitlines()]
    missing = re.search(r"Property '(\w+)' is missing", message)
    if code == "TS2339" and not path:
        return path, "unknown method"
    if code in ("TS2353", "TS2561"):
        return path, "unknown property"
    if missing and len(lines) < 3:
        return (*path, missing[1]), missing[0]
    if len(lines) > 1:  # tsc explains why the last member of a union does not fit
        reasons = [re.sub(r" in type '.*", "", line) for line in lines[1:] if not re.search(r"assignable to type '\(?{", line)]
        reasons = [re.sub(r".* is missing the following properties .*': ", "missing: ", reason) for reason in reasons]
        return path, " ".join(["fits no member of a union:", *reasons])
    return path, re.sub(r"type '\(?\{.*", "an object", lines[0])


def read(files):
    """The distinct requests of the files: (method, params, seen_by, why)."""
    distinct = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").removesuffix("\n").split("\n"), 1):
            try:
                request = json.loads(line)
                method = CANONICAL.get(request["method"].lower(), request["method"])
                entry = method, request["params"], request.get("seen_by"), request.get("why", "")
                entry[1].items()
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                fail(f"{file}:{number} is no recorded request: {error!r}")
            distinct.setdefault(json.dumps(entry, sort_keys=True), entry)
    return list(distinct.values())


def by_path(opinions):
    """What each list says of a field. Lists may see one mistake at different depths: the deepest path names it."""
    paths = {path for problems in opinions.values() for path, _ in problems}
    for path in sorted(path for path in paths if not any(path == longer[:len(path)] for longer in paths - {path})):
        said = [(name, dict.fromkeys(text for at, text in problems if at == path[:len(at)])) for name, problems in opinions.items()]
        dotted = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        yield dotted or "(as a whole)", tuple(f"{name}: {'; or: '.join(texts) or 'nothing'}" for name, texts in said)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--modules", type=pathlib.Path, default=pathlib.Path(__file__).parent / "node_modules",
                           help="node_modules with typescript and @grammyjs/types; default: beside this program")
    arguments.add_argument("requests", type=pathlib.Path, nargs="+")
    arguments = arguments.parse_args()
    modules = arguments.modules.resolve()

    requests = read(arguments.requests)
    if not requests:
        fail("no requests")
    probes = dict(enumerate(NEWER_PROBES, len(requests)))
    newer = {n for n, (method, *_) in enumerate(requests) if method in NEWER_METHODS}
    listed = {n: (method, in_older_words(params)) for n, (method, params, *_) in enumerate(requests) if n not in newer}
    by_grammy = grammy_problems(listed | probes, modules)
    opinions = {n: {AIOGRAM: aiogram_problems(*request), GRAMMY: by_grammy[n]} for n, request in (listed | probes).items()}
    opinions |= {n: {TABLE: list(newer_problems(*requests[n][:2]))} for n in newer}

    failed, mistakes = False, 0
    mismatches = collections.defaultdict(list)
    for n, (method, params, seen_by, why) in enumerate(requests):
        if seen_by is None:
            for path, said in by_path(opinions[n]):
                mismatches[(method, re.sub(r"\[\d+\]", "[]", path), said)].append((path, params))
            continue
        saw = [name for name, problems in opinions[n].items() if problems]
        failed |= saw != seen_by
        mistakes += 1
        print(f"{'ok' if saw == seen_by else 'WRONG'}: {method}, {why}: seen by {' and '.join(saw) or 'neither'}")
        for path, said in by_path(opinions[n]):
            print(f"    {path}", *said, sep="\n      ")
    for (method, _, said), where in mismatches.items():
        path, params = where[0]
        print(f"MISMATCH in {len(where)} distinct requests: {method} {path}", *said, sep="\n  ")
        print(f"  for example {json.dumps(params, ensure_ascii=False)[:300]}")
    for n, (method, params) in probes.items():
        knows = [name for name, problems in opinions[n].items() if not problems]
        failed |= len(knows) == 2
        if knows:
            print(f"{' and '.join(knows)} by now: {method} {json.dumps(params)}; when both do, it is no longer newer")

    counts = collections.Counter(method for n, (method, _) in listed.items() if requests[n][2] is None)
    grammy_version = json.loads((modules / "@grammyjs/types/package.json").read_text())["version"]
    for name in (f"aiogram {importlib.metadata.version('aiogram')}", f"@grammyjs/types {grammy_version}"):
        print(f"{name}: {counts.total()} distinct requests of {len(counts)} methods")
    print("  " + ", ".join(f"{method} {count}" for method, count in sorted(counts.items())))
    older = sum(params is not requests[n][1] for n, (_, params) in listed.items() if requests[n][2] is None)
    of_table = collections.Counter(requests[n][0] for n in newer if requests[n][2] is None)
    print(f"newer than both: {older} of these are ephemeral answers without chat and receiver; by the table alone: {dict(of_table)}")
    print(f"deliberate mistakes: {mistakes}")
    sys.exit(1 if mismatches or failed else 0)


if __name__ == "__main__":
    main()
