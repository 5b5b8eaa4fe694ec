import Foundation
import Testing

@testable import ToolSupervisor

@Suite("The redactor's stream")
struct RedactorStreamTests {
    @Test("Text without secrets passes unchanged", arguments: 0..<50)
    func unchanged(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let redactor = try Redactor(secrets: ["Zq7!kP0#vL", "über,geheim\nQQQQQQQQ", "X9/+=X9/+="])
        let text = (0..<3000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var stream = redactor.stream()
        var output: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            let size = Int.random(in: 1...64, using: &generator)
            output += stream.process(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        #expect(output + stream.finish() == text)
    }

    @Test("Streams of one redactor do not disturb each other")
    func interleaved() throws {
        let redactor = try Redactor(secrets: ["correct horse", "battery staple"])
        var one = redactor.stream()
        var two = redactor.stream()
        var first: [UInt8] = []
        var second: [UInt8] = []
        for (a, b) in zip("1: correct horse.battery staple".utf8, "2: battery staple,correct horse".utf8) {
            first += one.process(CollectionOfOne(a))
            second += two.process(CollectionOfOne(b))
        }
        #expect(String(decoding: first + one.finish(), as: UTF8.self) == "1: [redacted].[redacted]")
        #expect(String(decoding: second + two.finish(), as: UTF8.self) == "2: [redacted],[redacted]")
    }

    @Test("Overlapping secrets are replaced as one, adjacent ones one by one")
    func overlapping() throws {
        let redactor = try Redactor(secrets: ["abcdefgh", "efghijkl", "cdefgh", "aaaaaa"])
        #expect(redactor.redact("<abcdefghijkl>") == "<[redacted]>")
        #expect(redactor.redact("<abcdefghabcdefgh>") == "<[redacted][redacted]>")
        #expect(redactor.redact("<abcdef>") == "<abcdef>")
        #expect(redactor.redact("<" + String(repeating: "a", count: 1000) + ">") == "<[redacted]>")
    }

    @Test("Bytes that cannot be part of a secret are given out at once")
    func holdsBackLittle() throws {
        let redactor = try Redactor(secrets: ["hunter22"])
        var stream = redactor.stream()
        #expect(stream.process("password: ".utf8) == Array("password: ".utf8))
        #expect(stream.process("hunter".utf8) == [])
        #expect(stream.process("s".utf8) == Array("hunters".utf8))
        var long = redactor.stream()
        var held = 0
        for _ in 0..<10_000 { held += 8 - long.process("hunter22".utf8).count }
        #expect(long.finish().count < 100)
        #expect(held < 0)
    }

    @Test("A stream of overlapping matches without end is dropped as it comes")
    func endlessMatch() throws {
        var stream = try Redactor(secrets: ["aaaaaaa"]).stream()
        let chunk = [UInt8](repeating: UInt8(ascii: "a"), count: 10_000)
        var output: [UInt8] = []
        for _ in 0..<20 { output += stream.process(chunk) }
        #expect(String(decoding: output + stream.finish(), as: UTF8.self) == "[redacted]")
    }

    @Test("A secret added later counts for the later bytes of an open stream")
    func addedLater() throws {
        let redactor = Redactor()
        var stream = redactor.stream()
        var output = stream.process("late secret; ".utf8)
        try redactor.add(secrets: ["late secret"])
        output += stream.process("late sec".utf8)
        try redactor.add(secrets: ["early secret"])
        output += stream.process("ret; early secret".utf8)
        #expect(String(decoding: output + stream.finish(), as: UTF8.self) == "late secret; [redacted]; [redacted]")
    }

    @Test("A stream that ends within a secret does not show the beginning")
    func cutOff() throws {
        let redactor = try Redactor(secrets: ["a-long-secret-value"])
        #expect(redactor.redact("token a-long-secret-v") == "token [redacted]")
        #expect(redactor.redact("token a-lon") == "token a-lon")
    }

    @Test(
        "Secrets under six characters are refused, and the error does not quote them",
        arguments: ["", "12345", "  12345\n ", "\n\n\n\n\n\n\n"]
    )
    func tooShort(secret: String) throws {
        let redactor = Redactor()
        let error = #expect(throws: RedactorError.self) { try redactor.add(secrets: ["long enough", secret]) }
        #expect(error?.code == .secretTooShort)
        #expect(secret.isEmpty || error?.message.contains(secret) == false)
        #expect(redactor.secrets.isEmpty)
        #expect(redactor.redact("long enough") == "long enough")
    }

    @Test("The automaton's memory is bounded, whatever the text")
    func hostileText() throws {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array("ab\\u0%2F".utf8)
        let secret = String(
            decoding: (0..<400).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] },
            as: UTF8.self
        )
        var stream = try Redactor(secrets: [secret]).stream()
        var all: [UInt8] = []
        var output: [UInt8] = []
        for _ in 0..<2000 {
            let start = Int.random(in: 0..<300, using: &generator)
            let piece =
                Array(secret.utf8)[start..<(start + Int.random(in: 1...90, using: &generator))] + [UInt8(ascii: "|")]
            all += piece
            output += stream.process(piece)
        }
        #expect(output + stream.finish() == all)
    }

    @Test("The file of secrets is private, and gives the same redactor back")
    func file() throws {
        let folder = try TemporaryFolder()
        let redactor = try Redactor(secrets: ["one \"secret\"", "zwei\nZeilen ß"])
        try SecretsFile.write(redactor, workspace: folder.path)
        try SecretsFile.write(redactor, workspace: folder.path)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/secrets")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try SecretsFile.load(workspace: folder.path).secrets == redactor.secrets)
        try FileManager.default.removeItem(atPath: folder.path + "/secrets")
        #expect(try SecretsFile.load(workspace: folder.path).secrets.isEmpty)
        try Data("[\"hidden-value\"".utf8).write(to: URL(fileURLWithPath: folder.path + "/secrets"))
        let error = #expect(throws: RedactorError.self) { try SecretsFile.load(workspace: folder.path) }
        #expect(error?.code == .file)
        #expect(error?.message.contains("hidden-value") == false)
    }
}
