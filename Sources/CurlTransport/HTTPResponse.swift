/// One complete HTTP response: a truncated one is never delivered.
package struct HTTPResponse: Sendable {
    /// Status code, 200 to 599 (informational responses are skipped).
    package var status: Int
    /// Header fields in arrival order.
    package var headers: [HTTPField]
    /// Body bytes, whole.
    package var body: [UInt8]

    /// A response of these parts.
    package init(status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a field, its name compared without case; `nil` when absent.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }
}

extension String {
    /// Whether both strings have the same bytes once ASCII letters are lower-cased (RFC 9110 §5.1: field names).
    package func equalsIgnoringASCIICase(_ other: String) -> Bool {
        let (left, right) = (utf8, other.utf8)
        guard left.count == right.count else { return false }
        return zip(left, right).allSatisfy {
            $0 == $1 || ($0 ^ $1 == 0x20 && ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A)
        }
    }
}
