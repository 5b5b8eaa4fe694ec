import FoundationEssentials
import Testing

@testable import AWSClient

@Suite struct JSONScannerTests {
    @Test(
        "well-formed objects pass, and their members come out",
        arguments: [
            (#"{}"#, JSONScanner.Value?.none), (#" { "a" : "x" } "#, .string("x")), (#"{"a":null}"#, .null),
            (#"{"a":[1,-2.5e+10,{"b":[]},true,false,null,"q"],"c":{}}"#, .other), (#"{"b":{"a":"inner"}}"#, nil),
            (#"{"a":"1","a":"2"}"#, .string("2")), (#"{"\u0061":"1"}"#, .string("1")),
            (#"{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é"}"#, .string("\"\\/\u{8}\u{c}\n\r\té😀é")),
            (#"{"a":0}"#, .other), (#"{"a":-0.0}"#, .other), (#"{"a":{"x":[[],[{}]]}}"#, .other),
            (#"{"a":""}"#, .string("")),
        ]
    )
    func wellFormed(text: String, value: JSONScanner.Value?) throws {
        #expect(try JSONScanner.object(Array(text.utf8), members: ["a"]) == [value])
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "  ", "null", "[]", "\"a\"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}",
            "{\"a\":[1,]}",
            "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":1e}", "{\"a\":+1}", "{\"a\":tru}", "{\"a\":NaN}",
            "{'a':1}",
            "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}",
            "{\"a\":\"\\udc00\"}",
            "{\"a\":\"\n\"}", "{\"a\":1}x", "{\"a\":1}{}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":[}", "{\"a\":{]}",
            "{\"a\":\"\\\"}",
            "<html></html>", "{\"a\":[1 2]}", "{a:1}", "{\"a\":[1}", "{\"a\":{\"b\":1]}",
        ]
    )
    func malformed(text: String) {
        #expect(throws: AnswerProblem.self) { try JSONScanner.object(Array(text.utf8), members: ["a"]) }
        #expect(throws: AnswerProblem.self) { try JSONScanner.object(Array(text.utf8)) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() {
        let body = Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(throws: AnswerProblem("the answer is not UTF-8")) { try JSONScanner.object(body, members: ["a"]) }
    }

    @Test("nesting up to the limit passes, one more is refused, a million does not hurt")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((#"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}").utf8)
        }
        #expect(try JSONScanner.object(nested(JSONScanner.maximumDepth)).isEmpty)
        let problem = AnswerProblem("the answer's JSON is nested too deeply")
        #expect(throws: problem) { try JSONScanner.object(nested(JSONScanner.maximumDepth + 1)) }
        #expect(throws: problem) { try JSONScanner.object(nested(1_000_000)) }
    }

    @Test("every prefix of an answer is refused, and every single changed byte is either refused or still JSON")
    func mutations() throws {
        let answer = Array(
            #"{"taskToken":"AQ\u0041\n","input":"{\"a\":[1,2.5e3,true,null]}","x":[{"y":-0.5},[],{}]}"#.utf8
        )
        for end in answer.indices {
            #expect(throws: AnswerProblem.self) { try JSONScanner.object(Array(answer[..<end])) }
        }
        for index in answer.indices {
            for byte in Array("{}[]\",:\\0x ".utf8) {
                var changed = answer
                changed[index] = byte
                let ours = (try? JSONScanner.object(changed)) != nil
                let theirs = (try? JSONDecoder().decode(Anything.self, from: Data(changed))) != nil
                #expect(ours == theirs, "\(String(decoding: changed, as: UTF8.self))")
            }
        }
    }

    @Test("what the writer writes, JSONDecoder and the scanner read back")
    func writer() throws {
        var scalars = String.UnicodeScalarView()
        for value in UInt32(0)..<0x3000 { if let scalar = Unicode.Scalar(value) { scalars.append(scalar) } }
        let text = String(scalars) + "😀\u{2028}"
        var writer = JSONTextWriter(capacity: 10)
        writer.beginObject()
        writer.member("a", text)
        writer.member("b", "")
        writer.endObject()
        let bytes = writer.bytes
        #expect(try JSONDecoder().decode([String: String].self, from: Data(bytes)) == ["a": text, "b": ""])
        #expect(try JSONScanner.object(bytes, members: ["a", "b"]) == [.string(text), .string("")])
    }

    /// Any JSON object, every value of it looked at: `JSONDecoder` does not check what nobody decodes.
    private struct Anything: Decodable {
        struct Key: CodingKey {
            let stringValue: String
            let intValue: Int? = nil
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { return nil }
        }

        init(from decoder: any Decoder) throws {
            let object = try decoder.container(keyedBy: Key.self)
            for key in object.allKeys { _ = try object.decode(AnyValue.self, forKey: key) }
        }
    }

    private struct AnyValue: Decodable {
        init(from decoder: any Decoder) throws {
            if (try? decoder.container(keyedBy: Anything.Key.self)) != nil {
                _ = try Anything(from: decoder)
            } else if var list = try? decoder.unkeyedContainer() {
                while !list.isAtEnd { _ = try list.decode(AnyValue.self) }
            } else {
                let value = try decoder.singleValueContainer()
                if value.decodeNil() || (try? value.decode(Bool.self)) != nil || (try? value.decode(Double.self)) != nil
                {
                    return
                }
                _ = try value.decode(String.self)
            }
        }
    }
}
