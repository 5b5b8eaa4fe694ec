import Pipeline
import Testing

@Suite struct DocumentReaderTests {
    private func read(_ bytes: [UInt8], form: DocumentReader.Form = .yamlOrJSON) throws(DocumentProblems)
        -> DocumentNode
    {
        try DocumentReader(document: "test", form: form).read(bytes)
    }

    private func problem(_ text: String, form: DocumentReader.Form = .yamlOrJSON) throws -> DocumentProblem {
        let problems = #expect(throws: DocumentProblems.self) { try read(Array(text.utf8), form: form) }
        return try #require(problems?.problems.first)
    }

    @Test func `YAML and JSON of one document are the same tree`() throws {
        let yaml = try read(Array("a: 1\nb: [x, 2.5, true, null]\nc: {d: 'e'}\n".utf8))
        let json = try read(Array(#"{"a": 1, "b": ["x", 2.5, true, null], "c": {"d": "e"}}"#.utf8))
        #expect(yaml.json == json.json)
        #expect(yaml["b"]?.line == 2)
        #expect(yaml["c"]?["d"]?.line == 3)
    }

    @Test func `a document of 8 MB is refused before it is parsed`() throws {
        let problem = try problem(String(repeating: "a", count: 8 << 20))
        #expect(problem.found == "8388608 bytes")
        #expect(problem.allowed == "at most 1048576 bytes")
    }

    @Test func `a byte that is not UTF-8 is named with its offset and line`() throws {
        let error = #expect(throws: DocumentProblems.self) { try read(Array("a: 1\nb: ".utf8) + [0xFF, 0x41]) }
        let problem = try #require(error?.problems.first)
        #expect(problem.found == "a byte that is not UTF-8 (0xff) at offset 8")
        #expect(problem.line == 2)
    }

    @Test(arguments: ["", "   \n\t\n", "\u{FEFF}"])
    func `an empty document is refused`(text: String) throws {
        #expect(try problem(text).found == "an empty document")
    }

    @Test func `a byte order mark is passed over`() throws {
        #expect(try read([0xEF, 0xBB, 0xBF] + Array(#"{"a":1}"#.utf8)).json == .object(["a": .integer(1)]))
    }

    @Test(arguments: [
        ("{", 1), ("{\"a\":}", 1), ("{\"a\":1,}", 1), ("{\"a\":1}x", 1), ("[1,\n2", 2), ("{\"a\": 01}", 1),
        ("{\"a\": 1.}", 1),
        ("{\"a\": \"\u{1}\"}", 1), ("{\"a\": \"\\x\"}", 1), ("{\"a\": \"\\ud800\"}", 1), ("{\"a\": \"\\udc00\"}", 1),
        ("{\"a\": tru}", 1), ("{a: 1}", 1), ("{\n\"a\" 1}", 2), ("{\"a\": \"x", 1), ("{\"a\": 1e400}", 1),
        ("{\"a\": 9223372036854775808}", 1), ("{\"a\": \"\\u12", 1), ("[-]", 1), ("[1e]", 1), ("['a']", 1),
    ])
    func `text that is not JSON is refused with its line`(text: String, line: Int) throws {
        let problem = try problem(text)
        #expect(problem.found.hasPrefix("text that is not JSON: "))
        #expect(problem.line == line)
    }

    @Test func `where JSON is wanted, YAML is refused`() throws {
        #expect(try problem("a: 1", form: .json).found == #"text that is not JSON: "a: 1""#)
    }

    @Test func `JSON's strings and numbers are read whole`() throws {
        let node = try read(Array(#"{"s": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é", "n": [-0, 10, -2.5e-3, 1E2]}"#.utf8))
        #expect(node.json["s"] == .string("\"\\/\u{8}\u{C}\n\r\té😀é"))
        #expect(node.json["n"] == .array([.integer(0), .integer(10), .number(-0.0025), .number(100)]))
    }

    @Test(arguments: ["{\"a\": {\"b\": 1, \"b\": 2}}", "a:\n  b: 1\n  b: 2\n", "a: {b: 1, \"b\": 2}"])
    func `a key that stands twice is refused`(text: String) throws {
        let problem = try problem(text)
        #expect(problem.found == "the key a second time")
        #expect(problem.path.hasSuffix("b"))
        #expect(problem.line != nil)
    }

    @Test(arguments: ["[", "{\"a\":", "- ", "? "])
    func `nesting without end is refused and overflows no stack`(opening: String) throws {
        let problem = try problem(String(repeating: opening, count: 100_000 / opening.utf8.count))
        #expect(problem.found.contains("nested") || problem.found.contains("multiply"), "\(problem)")
    }

    @Test func `nesting is taken up to the limit`() throws {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try read(Array(deepest.utf8)) }
        #expect(try problem("[\(deepest)]").found == "lists and mappings nested more than 64 deep")
        #expect(try problem("x: [\(deepest)]").found == "lists and mappings nested more than 64 deep")
    }

    @Test(.timeLimit(.minutes(2))) func `a bomb of aliases is refused before it is unfolded`() throws {
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1...40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n" }
        #expect(try problem(bomb).allowed.contains("anchors"))
        // The same as keys, which Yams hashes while it parses.
        #expect(try problem(bomb + "? *a40\n: x\n").allowed.contains("aliases"))
    }

    @Test func `one anchor is refused with its place`() throws {
        let problem = try problem("a: &x 1\nb: *x\n")
        #expect(problem.path == "a")
        #expect(problem.line == 1)
    }

    @Test(arguments: ["a: !!binary aGk=", "a: !custom b", "a: !!int '5'", "!!set {a}"])
    func `tags are refused`(text: String) throws {
        #expect(try problem(text).found.hasPrefix("the tag "))
    }

    @Test(arguments: [
        "a: b\n c: d", "a: 'b", "a: [1, 2", "\tb: 1", "a: 1\n---\nb: 2", "a: \u{1}", "%YAML 9\na: b", "*x",
    ])
    func `text that is not one YAML document is refused`(text: String) throws {
        #expect(try problem(text).found.hasPrefix("text that is not YAML: "))
    }

    @Test(arguments: ["on: 1", "no: 1", "012: 1", "<<: {a: 1}", "? [a]\n: 1", "~: 1", "true: 1"])
    func `a key that is not plainly text is refused`(text: String) throws {
        #expect(try problem(text).found.hasPrefix("the key "))
    }

    @Test(arguments: [
        ("true", JSONValue.bool(true)), ("False", .bool(false)), ("~", .null), ("null", .null), ("", .null),
        ("12", .integer(12)),
        ("-3", .integer(-3)), ("+3", .integer(3)), ("0", .integer(0)), ("1.5", .number(1.5)), ("-.5", .number(-0.5)),
        ("1e3", .number(1000)), ("1.", .number(1)), ("'12'", .string("12")), ("\"no\"", .string("no")),
        ("'true'", .string("true")),
        ("1.2.3", .string("1.2.3")), ("2026-01-31", .string("2026-01-31")), ("12:30", .string("12:30")),
        ("-", .array([.null])),
        ("-x", .string("-x")), ("ami-0abc", .string("ami-0abc")), ("1a", .string("1a")),
        ("nothing", .string("nothing")),
        ("...x", .string("...x")), ("٣", .string("٣")),
    ])
    func `a YAML scalar is read as YAML 1_2 says`(text: String, value: JSONValue) throws {
        #expect(try read(Array("a: \(text)\n".replacing("a: -\n", with: "a:\n- \n").utf8)).json["a"] == value)
    }

    @Test(arguments: [
        "yes", "No", "ON", "off", "y", "N", "012345678901", "-07", "0x1F", "0o17", "0b11", "1_000", ".inf", "-.INF",
        ".nan",
        "99999999999999999999", "1e999",
    ])
    func `a YAML scalar that readers of YAML disagree on is known as such`(text: String) throws {
        guard case .ambiguous(let found, _) = try read(Array("a: \(text)\n".utf8))["a"]?.content else {
            Issue.record("\(text) was taken for one thing")
            return
        }
        #expect(found == text)
    }
}
