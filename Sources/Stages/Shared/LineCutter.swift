/// Cuts a stream of bytes into lines with a bound on what it holds: a line over `limit` bytes is handed over as its beginning.
package struct LineCutter: Sendable {
    /// Most bytes of a line that are kept.
    package let limit: Int
    private var line: [UInt8] = []
    private var isCut = false

    /// A cutter that keeps `limit` bytes of a line.
    package init(limit: Int) { self.limit = limit }

    /// Takes `bytes` and hands each line that ended to `body`, without its line end; `whole` is false when it was cut.
    package mutating func take(_ bytes: ArraySlice<UInt8>, _ body: (_ line: [UInt8], _ whole: Bool) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            keep(rest[..<end])
            deliver(body)
            rest = rest[(end + 1)...]
        }
        keep(rest)
    }

    /// Hands over a last line that has no line end.
    package mutating func finish(_ body: (_ line: [UInt8], _ whole: Bool) -> Void) {
        if !line.isEmpty { deliver(body) }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        let room = limit - line.count
        isCut = isCut || bytes.count > room
        line += bytes.prefix(room)
    }

    private mutating func deliver(_ body: (_ line: [UInt8], _ whole: Bool) -> Void) {
        if line.last == 0x0D { line.removeLast() }
        body(line, !isCut)
        line.removeAll(keepingCapacity: true)
        isCut = false
    }
}
