import CCurl
import Glibc

/// The header fields of one request as the linked list that libcurl reads, in two blocks of memory that are used again.
///
/// Ownership: the list's memory belongs to this object, never to `curl_slist_free_all`. It is valid until the next `build` and
/// must not change while a transfer reads it.
@safe
final class HeaderList {
    private var text = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 1)
    private var nodes = UnsafeMutableBufferPointer<curl_slist>.allocate(capacity: 24)
    private var used = 0
    private var count = 0

    deinit {
        unsafe text.deallocate()
        unsafe nodes.deallocate()
    }

    /// Builds the list for `request`: its fields, and an empty entry for each that libcurl would add by itself.
    ///
    /// - Throws: `.invalidRequest` for a name that is no token, a value with control characters, or a field that belongs to the
    ///   transport. The message has the name, never the value.
    func build(_ request: HTTPRequest, sendsBody: Bool) throws(TransportError) -> UnsafeMutablePointer<curl_slist>? {
        var hasAccept = false
        var hasContentType = false
        var needed = 64
        for field in request.headers {
            try Self.check(field)
            needed += field.name.utf8.count + field.value.utf8.count + 3
            hasAccept = hasAccept || field.name.equalsIgnoringASCIICase("accept")
            hasContentType = hasContentType || field.name.equalsIgnoringASCIICase("content-type")
        }
        reserve(bytes: needed, nodes: request.headers.count + 3)
        for field in request.headers {
            // libcurl drops a field without a value unless its name ends in a semicolon.
            append(field.name, field.value.isEmpty ? ";" : ": ", field.value)
        }
        // "Name:" alone removes what libcurl would send by itself.
        if !hasAccept { append("Accept", ":", "") }
        if sendsBody {
            append("Expect", ":", "")
            if !hasContentType { append("Content-Type", ":", "") }
        }
        guard count > 0 else { return nil }
        unsafe nodes[count - 1].next = nil
        return unsafe nodes.baseAddress
    }

    private func reserve(bytes: Int, nodes nodeCount: Int) {
        used = 0
        count = 0
        if unsafe bytes > text.count {
            unsafe text.deallocate()
            unsafe text = .allocate(byteCount: bytes * 2, alignment: 1)
        }
        if unsafe nodeCount > nodes.count {
            unsafe nodes.deallocate()
            unsafe nodes = .allocate(capacity: nodeCount * 2)
        }
    }

    private func append(_ name: String, _ separator: String, _ value: String) {
        guard let textStart = unsafe text.baseAddress, let nodeStart = unsafe nodes.baseAddress else { return }
        let start = unsafe (textStart + used).assumingMemoryBound(to: CChar.self)
        write(name)
        write(separator)
        write(value)
        unsafe text[used] = 0
        used += 1
        unsafe (nodeStart + count).initialize(to: curl_slist(data: start, next: nodeStart + count + 1))
        count += 1
    }

    private func write(_ part: String) {
        let bytes = part.utf8Span.span
        unsafe bytes.withUnsafeBytes { source in
            guard let from = source.baseAddress, let to = unsafe text.baseAddress else { return }
            unsafe memcpy(to + used, from, source.count)
        }
        used += bytes.count
    }

    private static func check(_ field: HTTPField) throws(TransportError) {
        let name = field.name.utf8Span.span
        var isToken = !name.isEmpty
        for index in name.indices { isToken = isToken && isTokenByte(name[index]) }
        guard isToken else {
            throw TransportError(.invalidRequest, "a header field's name is not a token", mayHaveBeenSent: false)
        }
        let value = field.value.utf8Span.span
        for index in value.indices where (value[index] < 0x20 && value[index] != 0x09) || value[index] == 0x7F {
            throw TransportError(
                .invalidRequest,
                "the value of header field \(field.name) holds a control character",
                mayHaveBeenSent: false
            )
        }
        // First letters first: this runs for every field of every request.
        switch name[0] | 0x20 {
        case UInt8(ascii: "h"), UInt8(ascii: "c"), UInt8(ascii: "t"):
            guard reserved.contains(where: { field.name.equalsIgnoringASCIICase($0) }) else { return }
            throw TransportError(
                .invalidRequest,
                "header field \(field.name) belongs to the transport",
                mayHaveBeenSent: false
            )
        default: return
        }
    }

    private static let reserved = ["host", "content-length", "connection", "transfer-encoding"]

    /// RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default:
            "!#$%&'*+.^_`|~".utf8.contains(byte)
        }
    }
}
