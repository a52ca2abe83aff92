"""A bundle's tables, cell by cell, for those who compare how programs read them.

    bundle.py expected DIR   what datapackage.json says of the tables, by Python's own csv
    bundle.py pandas DIR     what load.py makes of them
    bundle.py sql DIR        SQL that has DuckDB write, after load.sql, what it made of them into duckdb.cells
    bundle.py traps DIR      adds rows of what readers get wrong
    bundle.py look DIR       what is not as Frictionless and the Citation File Format want it, as lines

Lines: table, row, column, value; of row 0 the type, of the empty column the number of rows. Missing is \\N.
"""
import csv
import datetime
import json
import os
import re
import sys

MISSING = "\\N"
ESCAPES = {"\\": "\\\\", "\t": "\\t", "\r": "\\r", "\n": "\\n"}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def package():
    return json.load(open("datapackage.json", encoding="utf-8"))


def fields_of(resource):
    return [(f["name"], f["type"]) for f in resource["schema"]["fields"]]


def rows_of(resource):
    with open(resource["path"], encoding=resource["encoding"], newline="") as f:
        return list(csv.reader(f, strict=True))


def microseconds(time):
    return str((time - EPOCH) // datetime.timedelta(microseconds=1))


VALUES = {
    "string": lambda v: "".join(ESCAPES.get(c, c) for c in v),
    "integer": lambda v: str(int(v)),
    "number": lambda v: "%.10g" % float(v),
    "date": lambda v: datetime.date.fromisoformat(str(v)[:10]).isoformat(),
    "datetime": lambda v: microseconds(datetime.datetime.strptime(v, "%Y-%m-%dT%H:%M:%S.%f%z")),
    "boolean": lambda v: {"true": "true", "false": "false"}[str(v).lower()],
}


def show(*cells):
    print(*cells, sep="\t")


def expected():
    for resource in package()["resources"]:
        name = resource["name"]
        head, *rows = rows_of(resource)
        fields = fields_of(resource)
        assert head == [column for column, _ in fields], name
        show(name, 0, "", len(rows))
        for i, (column, kind) in enumerate(fields):
            show(name, 0, column, kind)
            for number, row in enumerate(rows, 1):
                show(name, number, column, MISSING if row[i] in resource["schema"]["missingValues"] else VALUES[kind](row[i]))


# ---- pandas ---------------------------------------------------------------------------------

def pandas():
    import pandas as pd
    kinds = {"string": "string", "Int64": "integer", "float64": "number", "datetime64[]": "date", "datetime64[, UTC]": "datetime",
             "boolean": "boolean"}
    tables = {}
    exec(open("load.py", encoding="utf-8").read(), tables)
    for resource in package()["resources"]:
        name = resource["name"]
        table = tables[name]
        show(name, 0, "", len(table))
        for column in table.columns:
            # Its units are pandas' own affair.
            kind = re.sub(r"\[[mun]?s", "[", str(table[column].dtype))
            kind = kinds.get(kind, kind)
            show(name, 0, column, kind)
            for number, value in enumerate(table[column], 1):
                if kind == "datetime" and not pd.isna(value):
                    value = value.strftime("%Y-%m-%dT%H:%M:%S.%f%z")
                show(name, number, column, MISSING if pd.isna(value) else VALUES.get(kind, str)(value))


# ---- DuckDB ---------------------------------------------------------------------------------

SQL = {
    "string": r"""replace(replace(replace(replace({0}, '\', '\\'), chr(9), '\t'), chr(13), '\r'), chr(10), '\n')""",
    "number": "format('{{:.10g}}', {0})",
    "datetime": "CAST(epoch_us({0}) AS VARCHAR)",
}


def sql():
    kinds = ["WHEN '%s' THEN '%s'" % pair for pair in [
        ("VARCHAR", "string"), ("BIGINT", "integer"), ("DOUBLE", "number"), ("DATE", "date"), ("TIMESTAMP WITH TIME ZONE", "datetime"),
        ("BOOLEAN", "boolean")]]
    parts = ["SELECT table_name, 0, column_name, CASE data_type %s ELSE data_type END FROM duckdb_columns() WHERE schema_name = 'main' "
             "AND NOT internal" % " ".join(kinds)]
    for resource in package()["resources"]:
        name = resource["name"]
        parts.append("SELECT '%s', 0, '', CAST(count(*) AS VARCHAR) FROM %s" % (name, name))
        for column, kind in fields_of(resource):
            value = SQL.get(kind, "CAST({0} AS VARCHAR)").format('"%s"' % column)
            parts.append("SELECT '%s', row_number() OVER (), '%s', coalesce(%s, '\\N') FROM %s" % (name, column, value, name))
    # No quotes: what would need them is escaped.
    print("COPY (%s) TO 'duckdb.cells' (FORMAT csv, HEADER false, DELIMITER '\t', QUOTE '', ESCAPE '');" % "\nUNION ALL ".join(parts))


# ---- Traps ----------------------------------------------------------------------------------

TRAPS = {
    "string": ["NA", "NULL", "nan", "None", "<NA>", "N/A", "-", "true", "007", "1e5", " before", "after ", "a,b", 'a "word"', '"', "'", "\\",
               "a\nline", "a\r\nline", "a\ttab", "# no comment", "2026-01-01", "-- ; $x ${x}", "\u00fc\u4e16\U0001f642", "x" * 3000],
    "integer": ["0", "1", "2147483647"],
    "number": ["0", "INF", "-INF", "0.1", "1e-300", "123456789.1"],
    "date": ["1999-12-31", "2024-02-29"],
    # The second is in an hour that New York's clocks skip, the third in one that they have twice.
    "datetime": ["1999-12-31T23:59:59.999999Z", "2026-03-08T02:30:00.000001Z", "2026-11-01T01:30:00.000000Z"],
    "boolean": ["false", "true"],
}


def traps():
    for resource in package()["resources"]:
        kinds = [kind for _, kind in fields_of(resource)]
        with open(resource["path"], "a", encoding="utf-8", newline="") as f:
            out = csv.writer(f, lineterminator="\r\n")
            # Who guesses from the first 20,480 rows sees no quotes there.
            for i in range(20600 if resource["name"] == "gaps" else 0):
                out.writerow(["suspended", "2026-01-01T00:00:00.%06dZ" % i, "", "AS64500"])
            for i in range(len(TRAPS["string"])):
                out.writerow([TRAPS[kind][(i + at) % len(TRAPS[kind])] for at, kind in enumerate(kinds)])
            # Nothing is known but the first field.
            out.writerow([TRAPS[kinds[0]][0]] + [""] * (len(kinds) - 1))


# ---- What describes them --------------------------------------------------------------------

# https://specs.frictionlessdata.io/, v1: what each must have, and what it may have.
PACKAGE = ({"resources", "profile"}, {"name", "id", "licenses", "title", "description", "homepage", "version", "sources", "contributors",
                                      "keywords", "image", "created"})
RESOURCE = ({"name", "path", "schema", "profile"}, {"title", "description", "format", "mediatype", "encoding", "bytes", "hash", "sources",
                                                    "licenses", "dialect"})
SCHEMA = ({"fields"}, {"missingValues", "primaryKey", "foreignKeys"})
FIELD = ({"name", "type"}, {"format", "title", "description", "example", "constraints", "rdfType", "trueValues", "falseValues"})
FORMATS = {"string": {"default"}, "integer": {"default"}, "number": {"default"}, "boolean": {"default"}, "date": {"default", "any"},
           "datetime": {"default", "any"}}
# https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema.json
CITATION = ({"authors", "cff-version", "message", "title"},
            {"abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url", "preferred-citation",
             "references", "repository", "repository-artifact", "repository-code", "type", "url", "version"})
ENTITY = ({"name"}, {"address", "alias", "city", "country", "date-end", "date-start", "email", "fax", "location", "orcid", "post-code", "region",
                     "tel", "website"})


def keys(where, given, wanted):
    must, may = wanted
    for key in sorted(must - set(given)):
        yield "%s: no %s" % (where, key)
    for key in sorted(set(given) - must - may):
        yield "%s: what is %s?" % (where, key)


def values_of(resource, columns):
    """Those of each row, as tuples; a row without any is left out."""
    head, *rows = rows_of(resource)
    at = [head.index(c) for c in columns]
    return [v for v in (tuple(row[i] for i in at) for row in rows) if any(v)]


def as_list(columns):
    return [columns] if isinstance(columns, str) else columns


def look_at_keys(resource, others):
    name, schema = resource["name"], resource["schema"]
    primary = as_list(schema.get("primaryKey", []))
    seen = values_of(resource, primary) if primary else []
    if len(set(seen)) != len(seen) or any("" in v for v in seen):
        yield "%s: %s is no key" % (name, primary)
    for key in schema.get("foreignKeys", []):
        reference = key["reference"]
        there = set(values_of(others[reference["resource"]], as_list(reference["fields"])))
        strangers = set(values_of(resource, as_list(key["fields"]))) - there
        if strangers:
            yield "%s: %s is not in %s" % (name, sorted(strangers)[0], reference["resource"])


def look_at_package():
    root = package()
    yield from keys("package", root, PACKAGE)
    others = {r["name"]: r for r in root["resources"]}
    if len(others) != len(root["resources"]) or not all(re.fullmatch("[-a-z0-9._/]+", n) for n in [root["name"], *others]):
        yield "names are not names"
    if sorted(r["path"] for r in root["resources"]) != sorted(f for f in os.listdir() if f.endswith(".csv")):
        yield "not every table is in it"
    for resource in root["resources"]:
        yield from keys(resource["name"], resource, RESOURCE)
        yield from keys(resource["name"], resource["schema"], SCHEMA)
        for field in resource["schema"]["fields"]:
            yield from keys(field["name"], field, FIELD)
            if field.get("format", "default") not in FORMATS.get(field["type"], ()):
                yield "%s: no such format of %s" % (field["name"], field["type"])
        yield from look_at_keys(resource, others)


def look_at_codebook():
    book = open("codebook.md", encoding="utf-8").read()
    for resource in package()["resources"]:
        head = rows_of(resource)[0]
        part = re.search(r"^## %s\n(.*?)(?=^## |\Z)" % re.escape(resource["path"]), book, re.M | re.S)
        if part is None or re.findall(r"^\| `(\w+)` \| \w+ \| \S.* \|$", part[1], re.M) != head:
            yield "codebook: columns of %s" % resource["path"]


def look_at_citation():
    try:
        import yaml
    except ImportError:
        yield "there is no yaml here"
        return
    root = yaml.safe_load(open("CITATION.cff", encoding="utf-8"))
    yield from keys("citation", root, CITATION)
    for author in root["authors"]:
        yield from keys("author", author, ENTITY)
    if root["cff-version"] != "1.2.0" or root["type"] != "dataset" or not all(isinstance(root[k], str) for k in ("title", "message", "abstract")):
        yield "citation: values"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", root.get("date-released", "2026-01-01")):
        yield "citation: date-released"


def look():
    for line in [*look_at_package(), *look_at_codebook(), *look_at_citation()]:
        print(line)


os.chdir(sys.argv[2])
{"expected": expected, "pandas": pandas, "sql": sql, "traps": traps, "look": look}[sys.argv[1]]()
