import Testing

@testable import AWSClient

@Suite struct XMLReaderTests {
    @Test("elements, text, attributes, prefixes, comments, CDATA and references are read")
    func read() throws {
        let text = """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!-- <no> --><ec2:Root xmlns="http://x/" a='>' b="/">
              <empty/><empty2 a="1" /> <a>x &amp; &#x1F600;&#233;<![CDATA[<raw> & ]] ]]></a >
              <tagSet><item><key>k</key><value>v</value></item><item><key>none</key><value/></item></tagSet>
            </ec2:Root>

            """
        let root = try XMLReader.read(Array(text.utf8))
        #expect(root.name == "Root")
        #expect(root.children.map(\.name) == ["empty", "empty2", "a", "tagSet"])
        #expect(root.text("a") == "x & 😀é<raw> & ]] ")
        #expect(root.tags == ["k": "v", "none": ""])
        #expect(root.text("empty") == "" && root.text("absent") == nil)
        #expect(throws: AnswerProblem.self) { try root.required("absent") }
        #expect(throws: AnswerProblem.self) { try root.requiredText("empty") }
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", " \n", "x", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "</a>", "<a", "<a b='", "<a><b></a></b>",
            "<a>&nope;</a>",
            "<a>&</a>", "<a>&#xD800;</a>", "<a>&#x;</a>", "<>", "< a/>", "<a><!-- </a>", "<a><![CDATA[ </a>", "<?xml",
            "<!DOCTYPE html><html></html>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "{\"a\":1}", "<a <b/>",
        ]
    )
    func malformed(text: String) {
        #expect(throws: AnswerProblem.self) { try XMLReader.read(Array(text.utf8)) }
    }

    @Test("depth is bounded, and so is the number of elements")
    func bombs() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8)
        }
        #expect(try XMLReader.read(nested(XMLReader.maximumDepth)).name == "a")
        #expect(throws: AnswerProblem.self) { try XMLReader.read(nested(XMLReader.maximumDepth + 1)) }
        #expect(throws: AnswerProblem.self) { try XMLReader.read(nested(1_000_000)) }
        let wide = "<a>" + String(repeating: "<b/>", count: XMLReader.maximumElements) + "</a>"
        #expect(throws: AnswerProblem.self) { try XMLReader.read(Array(wide.utf8)) }
    }

    @Test("every prefix of an answer is refused")
    func prefixes() {
        let text = Array("<R><a x='1'>t&amp;</a><!--c--><b/><![CDATA[d]]></R>".utf8)
        for end in text.indices {
            #expect(throws: AnswerProblem.self) { try XMLReader.read(Array(text[..<end])) }
        }
    }
}
