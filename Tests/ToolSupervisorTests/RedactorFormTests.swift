import Foundation
import Synchronization
import Testing

@testable import ToolSupervisor

@Suite("Every form of every secret is replaced")
struct RedactorFormTests {
    /// Secrets with all the characters that encoders treat in their own ways.
    static let secrets: [String] = {
        var generator = SeededGenerator(seed: 42)
        let alphabet = Array("abcXYZ019\"',\n\r\t %+/=&<>\\?éß漢😀-_.~*()$@#:;[]{}|^`").map(String.init)
        var secrets = [
            "hunter2!", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=", "pa,ss\"word'\n", "a&b<c>d/e f%g", "ünïcödé😀漢字",
            "\\\\server\\share",
            "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\r\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END KEY-----\n",
            "%2F%2f+%20 x",
            "{\"user\":\"x\",\"password\":\"a/b&c\"}", "aaaaaaaa",
        ]
        while secrets.count < 40 {
            let length = Int.random(in: 6...24, using: &generator)
            let secret = (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
                .joined()
            if Redactor.trimmed(secret).count >= 6 { secrets.append(secret) }
        }
        return secrets
    }()

    @Test("No form survives, wherever the text is cut in two", arguments: secrets)
    func everyFormAtEverySplit(secret: String) throws {
        let redactor = try Redactor(secrets: [secret])
        var cases = 0
        for form in IndependentEncoders.forms(of: secret) {
            let text = Array("before <\(form.text)> after".utf8)
            // Keeps the states that it has learnt, so that the splits need not learn them again.
            var whole = redactor.stream()
            let expected = whole.process(text) + whole.finish()
            let shown = String(decoding: expected, as: UTF8.self)
            try #require(shown.contains(Redactor.replacement), "\(form.name): \(shown)")
            // What is not the secret stays; what was encoded together with it may keep its own characters.
            try #require(shown.hasPrefix("before <") && shown.hasSuffix("> after"), "\(form.name): \(shown)")
            if !form.name.hasPrefix("base64") {
                try #require(shown == "before <[redacted]> after", "\(form.name): \(shown)")
            }
            for split in 0...text.count {
                var stream = whole
                let parts = stream.process(text[..<split]) + stream.process(text[split...]) + stream.finish()
                try #require(parts == expected, "\(form.name) split at \(split)")
                cases += 1
            }
            var stream = whole
            var bytewise: [UInt8] = []
            for byte in text { bytewise += stream.process(CollectionOfOne(byte)) }
            try #require(bytewise + stream.finish() == expected, "\(form.name) byte by byte")
        }
        Self.count(cases)
    }

    @Test("What a base64 text keeps beside a secret says nothing about it", arguments: secrets)
    func base64NeighboursOnly(secret: String) throws {
        let redactor = try Redactor(secrets: [secret])
        for (prefix, suffix) in [("", ""), ("a", "b"), ("ab", "cd"), ("abc", "def"), ("abcd", "")] {
            let text = (Data(prefix.utf8) + Data(secret.utf8) + Data(suffix.utf8)).base64EncodedString()
            let left = redactor.redact(text).components(separatedBy: Redactor.replacement)
            try #require(left.count == 2, "\(left)")
            // Whole characters that the neighbours alone decide: 4 for every 3 bytes, and one fewer than the bits would fill.
            #expect(left[0].count <= prefix.utf8.count * 8 / 6)
            #expect(left[1].filter { $0 != "=" }.count <= (suffix.utf8.count * 8 + 5) / 6)
        }
    }

    @Test("Each line of a secret of several lines is a secret, if it is long enough")
    func linesOfSecret() throws {
        let redactor = try Redactor(secrets: ["first line of it\r\n   second line  \nabc\nthird, \"line\"\n"])
        #expect(redactor.redact("x second line y") == "x [redacted] y")
        #expect(redactor.redact("x first line of it y abc") == "x [redacted] y abc")
        #expect(redactor.redact(#"{"m":"third, \"line\""}"#) == #"{"m":"[redacted]"}"#)
        #expect(redactor.redact("third%!(PACKER_COMMA) \"line\"") == "[redacted]")
        #expect(redactor.redact(Data("second line".utf8).base64EncodedString()) == "[redacted]")
    }

    @Test("Encoders may be mixed within one secret and nested in each other")
    func mixedForms() throws {
        let redactor = try Redactor(secrets: ["a/b,c&d\ne"])
        for text in [
            "a\\/b,c\\u0026d\\ne", "a%2fb%2Cc&d\\\\ne", "a/b%!(PACKER_COMMA)c&amp;d\r\ne", #"a\\/b,c\\u0026d\\ne"#,
        ] {
            #expect(redactor.redact("[\(text)]") == "[[redacted]]", "\(text)")
        }
    }

    private static let total = Mutex(0)

    /// One line at the end of the last case.
    private static func count(_ cases: Int) {
        let state = total.withLock { total in
            total += cases
            return total
        }
        finished.withLock { done in
            done += 1
            if done == secrets.count { print("figure: redactor.cases = \(state)") }
        }
    }
    private static let finished = Mutex(0)
}
