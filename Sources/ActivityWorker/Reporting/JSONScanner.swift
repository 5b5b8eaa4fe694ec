/// Accepts or refuses a JSON document. Keeps its own stack of one bit per level, so hostile nesting cannot overflow the thread's.
struct JSONScanner {
    private static let maximumDepth = 512

    private let bytes: [UInt8]
    private var at = 0
    /// One entry per open container; true for an object.
    private var open: [Bool] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func acceptsDocument() -> Bool {
        guard acceptsValue() else { return false }
        while !open.isEmpty {
            skipSpace()
            guard let next = take() else { return false }
            switch (next, open.last) {
            case (0x2C, true?):
                guard acceptsKey(), acceptsValue() else { return false }
            case (0x2C, false?):
                guard acceptsValue() else { return false }
            case (0x7D, true?), (0x5D, false?):
                open.removeLast()
            default: return false
            }
        }
        skipSpace()
        return at == bytes.count
    }

    /// A scalar, an empty container, or a container up to and with its first value's start; goes down as far as containers begin with containers.
    private mutating func acceptsValue() -> Bool {
        while true {
            skipSpace()
            guard let first = take() else { return false }
            switch first {
            case 0x7B:
                skipSpace()
                if peek() == 0x7D { at += 1; return true }
                guard open.count < Self.maximumDepth, acceptsKey() else { return false }
                open.append(true)
            case 0x5B:
                skipSpace()
                if peek() == 0x5D { at += 1; return true }
                guard open.count < Self.maximumDepth else { return false }
                open.append(false)
            case 0x22: return acceptsStringRest()
            case 0x74: return accepts("rue")
            case 0x66: return accepts("alse")
            case 0x6E: return accepts("ull")
            case 0x2D, 0x30...0x39: return acceptsNumberRest(first)
            default: return false
            }
        }
    }

    private mutating func acceptsKey() -> Bool {
        skipSpace()
        guard take() == 0x22, acceptsStringRest() else { return false }
        skipSpace()
        return take() == 0x3A
    }

    private mutating func acceptsStringRest() -> Bool {
        while let byte = take() {
            switch byte {
            case 0x22: return true
            case 0x5C:
                guard let escape = take() else { return false }
                switch escape {
                case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: continue
                case 0x75:
                    for _ in 0..<4 {
                        guard let digit = take(), isHex(digit) else { return false }
                    }
                default: return false
                }
            case 0..<0x20: return false
            default: continue
            }
        }
        return false
    }

    private mutating func acceptsNumberRest(_ first: UInt8) -> Bool {
        var first = first
        if first == 0x2D {
            guard let digit = take(), isDigit(digit) else { return false }
            first = digit
        }
        if first != 0x30 { skipDigits() }
        if peek() == 0x2E {
            at += 1
            guard skipDigits() > 0 else { return false }
        }
        if let mark = peek(), mark | 0x20 == 0x65 {
            at += 1
            if peek() == 0x2B || peek() == 0x2D { at += 1 }
            guard skipDigits() > 0 else { return false }
        }
        return true
    }

    private mutating func accepts(_ rest: String) -> Bool {
        for byte in rest.utf8 {
            guard take() == byte else { return false }
        }
        return true
    }

    @discardableResult
    private mutating func skipDigits() -> Int {
        let start = at
        while let byte = peek(), isDigit(byte) { at += 1 }
        return at - start
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private func peek() -> UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func take() -> UInt8? {
        guard at < bytes.count else { return nil }
        defer { at += 1 }
        return bytes[at]
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }
}
