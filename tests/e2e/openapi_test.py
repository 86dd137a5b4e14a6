#!/usr/bin/env python3
"""/openapi.json against the service it describes: references resolve, bodies and answers fit their schemas."""
import re
import unittest

from service import DIPTYCH, Service, TestCase, allocation, run

METHODS = {"get", "put", "post", "delete", "patch"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class Description:
    """An OpenAPI document and as much of JSON Schema as it uses."""

    def __init__(self, document):
        self.document = document

    def resolved(self, schema):
        while "$ref" in schema:
            found = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            schema = found
        return schema

    def references(self, part=None):
        part = self.document if part is None else part
        if isinstance(part, dict):
            if "$ref" in part:
                yield part
            for value in part.values():
                yield from self.references(value)
        elif isinstance(part, list):
            for value in part:
                yield from self.references(value)

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield path, method, operation

    def faults(self, value, schema, where="body"):
        """What does not fit, one sentence each."""
        schema = self.resolved(schema)
        for one in schema.get("allOf", []):
            yield from self.faults(value, one, where)
        if "anyOf" in schema and all(list(self.faults(value, one)) for one in schema["anyOf"]):
            yield f"{where}: {value!r} fits none of {schema['anyOf']}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is not one of {schema['enum']}"
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types and not any(self.is_a(value, name) for name in types):
            yield f"{where}: {value!r} is none of {types}"
        if isinstance(value, dict):
            yield from self.object_faults(value, schema, where)
        if isinstance(value, list) and "items" in schema:
            for number, one in enumerate(value):
                yield from self.faults(one, schema["items"], f"{where}/{number}")
        if isinstance(value, str):
            if len(value) < schema.get("minLength", 0) or not re.search(schema.get("pattern", ""), value):
                yield f"{where}: {value!r} does not fit {schema}"
        if self.is_a(value, "integer") and value < schema.get("minimum", value):
            yield f"{where}: {value} is too small"

    def object_faults(self, value, schema, where):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}: no {name}"
        rest = schema.get("additionalProperties", True)
        for name, one in value.items():
            if name in schema.get("properties", {}):
                yield from self.faults(one, schema["properties"][name], f"{where}/{name}")
            elif rest is False:
                yield f"{where}: {name} is not described"
            elif isinstance(rest, dict):
                yield from self.faults(one, rest, f"{where}/{name}")

    @staticmethod
    def is_a(value, name):
        if name == "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        if name == "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        return isinstance(value, TYPES[name])


class OpenApi(TestCase):
    def setUp(self):
        super().setUp()
        self.client = self.enterContext(allocation(self.data)).client()
        self.of = Description(self.client.get("/openapi.json").json)

    def operation(self, method, path):
        return self.of.document["paths"][path][method]

    def body_schema(self, path):
        return self.operation("post", path)["requestBody"]["content"]["application/json"]["schema"]

    def answer_schema(self, method, path, status):
        answer = self.of.resolved(self.operation(method, path)["responses"][str(status)])
        return next(iter(answer["content"].values()))["schema"]

    def assert_fits(self, value, schema):
        self.assertEqual([], list(self.of.faults(value, schema)))

    def post(self, path, body, **headers):
        """Posts a body that fits, and holds the answer against what is described."""
        self.assert_fits(body, self.body_schema(path))
        answer = self.client.post(path, body, **headers)
        self.assert_fits(answer.json, self.answer_schema("post", path, answer.status))
        return answer

    def test_every_reference_resolves_and_every_operation_says_what_it_answers(self):
        self.assertTrue(self.of.document["openapi"].startswith("3.1."))
        for one in self.of.references():
            self.assertIsInstance(self.of.resolved(one), dict)
        for path, method, operation in self.of.operations():
            self.assertIn(method, METHODS)
            self.assertTrue(operation["responses"], path)
            for status, answer in operation["responses"].items():
                self.assertRegex(status, "^([1-5][0-9][0-9]|default)$")
                self.assertIn("description", self.of.resolved(answer), f"{method} {path} {status}")
            named = [one["name"] for one in operation.get("parameters", []) if one["in"] == "path"]
            self.assertEqual(re.findall(r"{(\w+)}", path), named)
            for one in operation.get("parameters", []):
                self.assertLessEqual({"name", "in", "schema"}, one.keys())

    def test_what_an_application_routes_itself_is_there(self):
        for method, path in (("post", "/add_batch"), ("post", "/allocate"), ("get", "/allocations/{orderid}")):
            self.assertTrue(self.operation(method, path)["responses"])

    def test_bodies_and_answers_fit(self):
        batch = {"batch": "b1", "product": "lamp", "quantity": 10, "eta": None}
        self.assertEqual(201, self.post("/commands/shop.create_batch", batch).status)
        self.assertEqual(201, self.post("/commands/shop.create_batch", batch | {"batch": "b2", "eta": "2030-01-02"}).status)
        line = {"order": "o1", "product": "lamp", "quantity": 3}
        self.assertEqual(201, self.post("/commands/shop.allocate", line).status)
        self.assertEqual(409, self.post("/commands/shop.allocate", line | {"product": "lump"}).status)
        self.assertEqual(412, self.post("/commands/shop.allocate", line | {"order": "o2"}, If_Match='"1.1"').status)
        no = {"batch": "b9", "quantity": 1}
        self.assertEqual(409, self.post("/commands/shop.change_batch_quantity", no).status)
        big = line | {"batch": "b1", "quantity": 99}
        self.assertEqual(409, self.post("/commands/shop.allocate_from", big).status)
        for path, method, operation in self.of.operations():
            if path.startswith("/commands/shop.") and method == "post":
                self.assertIn("allOf", self.answer_schema("post", path, 409), path)
        wrong = list(self.of.faults({"order": "", "quantity": "3", "lamp": 1}, self.body_schema("/commands/shop.allocate")))
        self.assertEqual(4, len(wrong), wrong)

        event = {"stream": "note-1", "type": "noted", "data": {"n": 1}, "tags": ["order-o1"]}
        append = {"events": [event], "expect": {"note-1": "no_stream"},
                  "unless": {"query": [{"types": ["closed"], "tags": ["order-o1"]}], "after": "1.1"}}
        self.assertEqual(201, self.post("/events", append).status)
        self.assertEqual(412, self.post("/events", append).status)
        self.assert_fits(self.client.get("/events").json, self.answer_schema("get", "/events", 200))
        self.assert_fits(self.client.get("/streams/note-1").json, self.answer_schema("get", "/streams/{stream}", 200))

    def test_rows_fit_and_parameters_are_those_that_are_taken(self):
        for ref, eta in (("b1", None), ("b2", "2030-01-02")):
            self.client.post("/add_batch", {"ref": ref, "sku": "lamp", "qty": 3, "eta": eta})
        for order in ("o1", "o2", "o3"):
            self.client.post("/allocate", {"orderid": order, "sku": "lamp", "qty": 3})
        views = [path for path in self.of.document["paths"] if path.startswith("/views/") and "{" not in path]
        self.assertTrue(views)
        nothing = 0
        for path in views:
            rows = self.client.rows(path.removeprefix("/views/"))
            self.assert_fits(rows, self.answer_schema("get", path, 200))
            nothing += sum(value is None for row in rows for value in row.values())
            properties = self.answer_schema("get", path, 200)["items"]["properties"]
            some = sorted(properties)[0]
            row = self.client.get(f"{path}?select={some}").json
            self.assert_fits(row, self.answer_schema("get", path, 200))
            names = {one["name"] for one in self.operation("get", path)["parameters"]}
            self.assertLessEqual({"select", "order", "limit", "cursor", "at_least"}, names)
        self.assertGreater(nothing, 0, "no row has a null: this shows too little")
        for path, values in (("/events", {"types": "x", "tags": "a-1", "category": "a", "after": "0", "limit": "1",
                                          "direction": "forward", "as_of": "0", "engine": "true"}),
                             ("/streams/{stream}", {"from": "1", "limit": "1", "direction": "forward", "as_of": "0",
                                                    "engine": "true"})):
            named = {one["name"] for one in self.operation("get", path)["parameters"] if one["in"] == "query"}
            self.assertEqual(set(values), named)
            for name, value in values.items():
                self.assertEqual(200, self.client.get(f"{path}?{name}={value}").status, name)


class Token(TestCase):
    def test_a_token_that_is_needed_is_described(self):
        log = self.folder / "log"
        run(DIPTYCH, "init", log)
        service = self.enterContext(
            Service([DIPTYCH, "serve", "--data", log, "--http", "127.0.0.1:{port}", "--token", "secret"]))
        of = service.client().get("/openapi.json", Authorization="bearer secret")
        self.assertEqual(200, of.status, "the scheme's name may be in lower case")
        document = of.json
        self.assertEqual({"type": "http", "scheme": "bearer"}, document["components"]["securitySchemes"]["bearer"])
        self.assertEqual([{"bearer": []}], document["security"])
        for path, method, operation in Description(document).operations():
            open_to_all = path.startswith("/health")
            self.assertEqual(open_to_all, operation.get("security") == [], path)
            self.assertEqual(open_to_all, "401" not in operation["responses"], path)
            answer = service.client().request(method.upper(), path)
            self.assertEqual(open_to_all, answer.status != 401, path)


if __name__ == "__main__":
    unittest.main()
