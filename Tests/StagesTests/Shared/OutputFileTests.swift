import Glibc
import Stages
import TestSupport
import Testing

struct OutputFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a tail is the whole of a short file`() throws {
        #expect(OutputFile.tail(try folder.write("a", "one\ntwo")) == "one\ntwo")
        #expect(OutputFile.tail(folder.path + "/absent").isEmpty)
    }

    @Test func `a tail begins at a line`() throws {
        let lines = (0..<100_000).map { "line \($0)" }.joined(separator: "\n")
        let tail = OutputFile.tail(try folder.write("a", lines), bytes: 1000)
        #expect(tail.hasPrefix("line "))
        #expect(tail.hasSuffix("line 99999"))
        #expect(lines.contains("\n" + tail))
        #expect(tail.utf8.count < 20_000)
    }

    @Test func `only the end of a large file is read`() throws {
        let file = try folder.write("a", "")
        // A hole of 1 TiB, which nobody reads in time.
        let descriptor = unsafe open(file, O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let text = Array("\nthe last line\n".utf8)
        try #require(unsafe pwrite(descriptor, text, text.count, 1 << 40) == text.count)
        let tail = OutputFile.tail(file, bytes: 1000)
        #expect(tail.hasSuffix("\0\nthe last line\n"))
        #expect(tail.utf8.count == 1000)
    }

    @Test func `a file without lines is not cut inside what it begins with`() throws {
        let secret = "s3cr3t-value"
        let tail = OutputFile.tail(
            try folder.write("a", String(repeating: secret, count: 10_000) + String(repeating: "x", count: 1000)),
            bytes: 1000
        )
        #expect(tail == String(repeating: "x", count: 1000))
    }

    @Test func `a file over the limit is refused, not cut`() throws {
        let file = try folder.write("a", String(repeating: "x", count: 200_000))
        #expect(try OutputFile.whole(file, limit: 200_000).count == 200_000)
        #expect(throws: OutputFileError.self) { try OutputFile.whole(file, limit: 199_999) }
        #expect(try OutputFile.whole(folder.path + "/absent", limit: 1).isEmpty)
    }
}
