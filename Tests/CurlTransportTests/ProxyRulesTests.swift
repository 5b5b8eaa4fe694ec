import Testing

@testable import CurlTransport

@Suite("The proxy rules")
struct ProxyRulesTests {
    private func proxy(_ url: String, _ environment: [String: String]) throws -> String? {
        try ProxyRules(environment: environment).proxy(for: RequestTarget(url))
    }

    @Test(
        "read the environment's names",
        arguments: [
            ("https://a.test/", ["https_proxy": "p"], "p"), ("https://a.test/", ["HTTPS_PROXY": "p"], "p"),
            ("https://a.test/", ["https_proxy": "p", "HTTPS_PROXY": "q"], "p"),
            ("https://a.test/", ["http_proxy": "p"], nil),
            ("http://a.test/", ["http_proxy": "p"], "p"), ("http://a.test/", ["HTTP_PROXY": "p"], nil),
            ("http://a.test/", ["https_proxy": "p"], nil), ("http://a.test/", ["all_proxy": "p"], "p"),
            ("https://a.test/", ["ALL_PROXY": "p"], "p"),
            ("https://a.test/", ["all_proxy": "p", "https_proxy": "q"], "q"),
            ("https://a.test/", ["https_proxy": "", "all_proxy": "p"], "p"), ("https://a.test/", [:], nil),
        ] as [(String, [String: String], String?)]
    )
    func names(url: String, environment: [String: String], expected: String?) throws {
        #expect(try proxy(url, environment) == expected)
    }

    @Test(
        "know no_proxy",
        arguments: [
            ("a.test", "*", true), ("a.test", "a.test", true), ("a.test", ".a.test", true),
            ("b.a.test", "a.test", true),
            ("b.a.test", ".a.test", true), ("ba.test", "a.test", false), ("a.test", "b.test, A.TEST", true),
            ("a.test.", "a.test", true),
            ("a.test", "x y a.test", true), ("a.test", "", false), ("a.test", ".", false), ("a.test", "est", false),
            ("10.1.2.3", "10.0.0.0/8", true), ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "11.0.0.0/8", false),
            ("10.1.2.3", "10.1.2.0/23", true), ("10.1.4.3", "10.1.2.0/23", false), ("10.1.2.3", "10.1.2.3/99", false),
            ("10.1.2.3", "2.3", false), ("[2001:db8::1]", "2001:db8::/32", true),
            ("[2001:db8::1]", "[2001:db8::1]", true),
            ("[2001:db9::1]", "2001:db8::/32", false), ("10.1.2.3", "::/0", false), ("10.1.2.3", "0.0.0.0/0", true),
        ]
    )
    func exceptions(host: String, list: String, isExcepted: Bool) throws {
        let expected = isExcepted ? nil : "p"
        #expect(try proxy("https://\(host)/", ["https_proxy": "p", "no_proxy": list]) == expected)
        #expect(try proxy("https://\(host)/", ["https_proxy": "p", "NO_PROXY": list]) == expected)
    }

    @Test(
        "never send loopback and metadata addresses to a proxy",
        arguments: [
            "127.0.0.1", "127.8.9.1", "localhost", "LocalHost", "localhost.", "app.localhost", "[::1]", "0.0.0.0",
            "[::]", "127.1",
            "0x7f000001", "[::ffff:127.0.0.1]", "169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]",
            "[FD00:0EC2:0::0023]", "[fe80::1]", "2852039166", "[::ffff:169.254.169.254]",
        ]
    )
    func never(_ host: String) throws {
        for scheme in ["http", "https"] { #expect(try proxy("\(scheme)://\(host)/", ["all_proxy": "p"]) == nil) }
    }

    @Test(
        "send addresses that only look like them to the proxy",
        arguments: ["128.0.0.1", "localhost.test", "169.253.1.1", "[fd00:ec2::255]", "127.0.0.1.test", "[::2]"]
    )
    func others(_ host: String) throws {
        #expect(try proxy("http://\(host)/", ["all_proxy": "p"]) == "p")
    }
}
