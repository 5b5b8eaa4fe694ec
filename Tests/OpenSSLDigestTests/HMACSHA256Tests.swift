import OpenSSLDigest
import Testing

struct HMACSHA256Tests {
    /// RFC 4231 §4, and the empty key and message of RFC 2104's definition.
    @Test(
        "a code is the one that RFC 4231 gives",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ]
    )
    func knownCodes(key: [UInt8], message: String, hex: String) {
        #expect(HMACSHA256.code(Array(message.utf8), key: key).hex == hex)
    }

    @Test("a key made ready once gives the same codes again and again, from many threads")
    func reuse() async {
        let key = HMACSHA256(key: Array("secret".utf8))
        let expected = (0..<50).map { HMACSHA256.code([UInt8](repeating: 1, count: $0 * 9), key: Array("secret".utf8)) }
        await withTaskGroup(of: (Int, Digest).self) { group in
            for index in 0..<500 {
                group.addTask { (index % 50, key.code([UInt8](repeating: 1, count: index % 50 * 9))) }
            }
            for await (index, code) in group { #expect(code == expected[index]) }
        }
    }

    @Test("an empty key made after another does not take that one's place")
    func emptyKeyAfterAnother() {
        _ = HMACSHA256.code([1], key: [9, 9, 9])
        #expect(HMACSHA256.code([], key: []).hex.hasPrefix("b613679a"))
    }
}
