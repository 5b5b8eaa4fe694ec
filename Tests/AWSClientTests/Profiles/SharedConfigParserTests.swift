import Testing

@testable import AWSClient

@Suite struct SharedConfigParserTests {
    private func parse(_ text: String, credentials: Bool = false) throws -> [ConfigFileSection: [String:
        ConfigProperty]]
    {
        try SharedConfigParser(Array(text.utf8), file: "f", isCredentialsFile: credentials).sections
    }

    @Test("Sections, properties, comments, blank lines, line ends and a byte order mark are read")
    func wholeFormat() throws {
        let text = """
            \u{FEFF}# first\r
            ; second

            [default]
            region = eu-west-1\r
               # indented comment
            Output=json   # because
            path = a#b;c
            [profile  two ]  # tail
            \tregion =\teu-west-2\t
            [profile "three words here"]
            empty =
            [sso-session x]
            sso_region = eu-west-9
            [plugins]
            this is read over
            [services s]
            s3 =
              endpoint_url = https://a.example
              # a comment
              Other = 1
            kms =
              endpoint_url=https://b.example
            """
        let sections = try parse(text)
        #expect(
            sections[.plainDefault]?.mapValues(\.value) == ["region": "eu-west-1", "output": "json", "path": "a#b;c"]
        )
        #expect(sections[.plainDefault]?["region"]?.place == "f:5")
        #expect(sections[.profile("two")]?["region"]?.value == "eu-west-2")
        #expect(sections[.profile("three words here")]?["empty"]?.value == "")
        #expect(sections[.services("s")]?["s3"]?.nested == ["endpoint_url": "https://a.example", "other": "1"])
        #expect(sections[.services("s")]?["kms"]?.nested == ["endpoint_url": "https://b.example"])
        #expect(!sections.keys.contains(.profile("x")))
    }

    @Test(
        "A continuation line belongs to the value, a duplicate property counts as written last, sections of one name join"
    )
    func continuationAndDuplicates() throws {
        let sections = try parse("[default]\na = 1\n  2\n\n  3\nb = x\nb = y\n[profile p]\nc = 1\n[default]\nd = 4\n")
        #expect(sections[.plainDefault]?.mapValues(\.value) == ["a": "1\n2\n3", "b": "y", "d": "4"])
    }

    @Test("The credentials file names its profiles without the word profile")
    func credentialsFile() throws {
        let sections = try parse("[a b]\nx = 1\n[profile c]\nx = 2\n['q q']\nx = 3\n", credentials: true)
        #expect(sections[.profile("a b")]?["x"]?.value == "1")
        #expect(sections[.profile("profile c")]?["x"]?.value == "2")
        #expect(sections[.profile("q q")]?["x"]?.value == "3")
    }

    @Test(
        "What cannot be read is an error with file and line, and quotes nothing of it",
        arguments: [
            ("region = s3cr3t", 1), ("[default]\n\ns3cr3t", 3), ("[default", 1), ("[default] s3cr3t", 1),
            ("[default]\n= s3cr3t", 2),
            ("[profile]", 1), ("[profile s3cr3t two]", 1), ("[services]", 1), ("[default]\ns3 =\n  s3cr3t", 3),
            ("[default]\ns3 =\n  = s3cr3t", 3),
        ]
    )
    func malformed(text: String, line: Int) throws {
        let problem = try #require(throws: SharedConfigProblem.self) { try parse(text) }
        #expect(problem.message.hasPrefix("f:\(line): "))
        #expect(!problem.message.contains("s3cr3t"))
    }

    @Test("Bytes that are not UTF-8 are an error with file and line")
    func notUTF8() throws {
        let bytes = Array("[default]\nregion = ".utf8) + [0xC3, 0x28]
        let problem = try #require(throws: SharedConfigProblem.self) {
            try SharedConfigParser(bytes, file: "f", isCredentialsFile: false)
        }
        #expect(problem.message.hasPrefix("f:2: "))
    }

    @Test("Random bytes never crash the parser")
    func noise() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("[]=#; \t\r\n\"'abprofile default\\".utf8) + [0, 0xFF, 0xC3]
        var read = 0
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            if (try? SharedConfigParser(bytes, file: "f", isCredentialsFile: Bool.random())) != nil { read += 1 }
        }
        #expect(read > 0 && read < 3000)
    }
}
