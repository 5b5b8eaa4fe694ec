/// Cuts bytes into lines of text in bounded memory.
///
/// A line ends at LF; a CR before it is dropped. A line of more than `mostBytes` is handed on in pieces, never cut inside a
/// UTF-8 sequence. What is not UTF-8 is shown as U+FFFD.
struct LineSplitter {
    /// Longest piece.
    static let mostBytes = 16 * 1024

    private var line: [UInt8] = []

    /// Whether no part of a line is held.
    var isEmpty: Bool { line.isEmpty }

    /// Takes bytes and hands on each line that is complete.
    mutating func process(_ bytes: [UInt8], _ emit: (String) -> Void) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end], emit)
            endLine(emit)
            rest = rest[(end + 1)...]
        }
        append(rest, emit)
    }

    /// Hands on a last line without an end.
    mutating func finish(_ emit: (String) -> Void) {
        if !line.isEmpty { endLine(emit) }
    }

    private mutating func endLine(_ emit: (String) -> Void) {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        emit(String(decoding: line, as: UTF8.self))
        line.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, _ emit: (String) -> Void) {
        var rest = bytes
        while line.count + rest.count > Self.mostBytes {
            let taken = rest.prefix(Self.mostBytes - line.count)
            line.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
            let cut = Self.wholeCharacters(line)
            emit(String(decoding: line[..<cut], as: UTF8.self))
            line.removeFirst(cut)
        }
        line.append(contentsOf: rest)
    }

    /// How many of the bytes do not belong to a UTF-8 sequence that is still incomplete.
    private static func wholeCharacters(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
            return length > back ? bytes.count - back : bytes.count
        }
        return bytes.count
    }
}
