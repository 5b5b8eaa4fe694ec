import Testing

@testable import AWSClient

@Suite struct CanonicalPathTests {
    @Test(
        "paths are normalised and encoded once more, except for S3",
        arguments: [
            ("", "/", "/"), ("/", "/", "/"), ("/a%3Ab", "/a%253Ab", "/a%3Ab"),
            ("/a//b/./c/../d/", "/a/b/d/", "/a//b/./c/../d/"),
            ("/../../x", "/x", "/../../x"), ("/a/..", "/", "/a/.."), ("/a/b/..", "/a", "/a/b/.."),
            ("/log:x@y", "/log%3Ax%40y", "/log:x@y"),
            ("/é", "/%C3%A9", "/%C3%A9"), ("/a b", "/a%20b", "/a%20b"), ("//", "/", "//"),
        ]
    )
    func rules(path: String, normalized: String, asSent: String) {
        func canonical(_ rule: CanonicalPath) -> String {
            var bytes: [UInt8] = []
            rule.append(path, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(canonical(.normalized) == normalized)
        #expect(canonical(.asSent) == asSent)
    }

    @Test("endpoints are taken apart as Host and the signature need them")
    func endpoints() {
        #expect(EndpointParts("https://a.b:443/").authority == "a.b")
        #expect(EndpointParts("http://a.b:80").authority == "a.b")
        #expect(EndpointParts("http://127.0.0.1:4566/base/").basePath == "/base")
        #expect(EndpointParts("http://127.0.0.1:4566").authority == "127.0.0.1:4566")
        #expect(EndpointParts("https://[::1]:8443").authority == "[::1]:8443")
    }
}
