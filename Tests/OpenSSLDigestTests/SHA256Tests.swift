import OpenSSLDigest
import Testing

struct SHA256Tests {
    /// FIPS 180-4 examples (NIST CAVP), and lengths around the block of 64 bytes.
    @Test(
        "a digest is the one that the standard gives",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ]
    )
    func knownDigests(text: String, hex: String) {
        #expect(SHA256.digest(text).hex == hex)
        #expect(Hexadecimal.text(SHA256.digest(Array(text.utf8)).array) == hex)
    }

    @Test("a message in pieces has the digest of the whole, however it is cut")
    func pieces() {
        let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let whole = SHA256.digest(message)
        for cut in 0...message.count {
            let stream = SHA256()
            stream.update(Array(message[..<cut]))
            stream.update([])
            stream.update(Array(message[cut...]))
            #expect(stream.finish() == whole)
        }
    }

    @Test("a stream that is dropped half way does not disturb the next one")
    func droppedStream() {
        do {
            let dropped = SHA256()
            dropped.update([1, 2, 3])
        }
        #expect(SHA256.digest([]).hex.hasPrefix("e3b0c442"))
        #expect(SHA256().finish().hex.hasPrefix("e3b0c442"))
    }

    @Test("many threads may hash at once")
    func concurrency() async {
        let messages = (0..<64).map { index in [UInt8](repeating: UInt8(index), count: index * 31) }
        let alone = messages.map { SHA256.digest($0) }
        await withTaskGroup(of: (Int, Digest).self) { group in
            for _ in 0..<10 {
                for index in messages.indices { group.addTask { (index, SHA256.digest(messages[index])) } }
            }
            for await (index, digest) in group { #expect(digest == alone[index]) }
        }
    }

    @Test("digests differ when a single bit differs, and hash alike when equal")
    func equality() {
        #expect(SHA256.digest([0]) != SHA256.digest([1]))
        #expect(Set([SHA256.digest([0]), SHA256.digest([0]), SHA256.digest([1])]).count == 2)
    }

    @Test("the library says which OpenSSL it is")
    func version() {
        #expect(libraryVersion.hasPrefix("OpenSSL "))
    }
}
