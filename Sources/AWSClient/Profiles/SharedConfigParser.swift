/// Reads one AWS configuration or credentials file.
///
/// The format is that of the SDKs (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html): sections in brackets,
/// `name = value`, `#` or `;` at the start of a line or after white space begins a comment, lines indented deeper than their
/// property continue it. Names have no case; a property written twice counts as written last.
struct SharedConfigParser {
    /// Properties by section, sections of one name joined.
    private(set) var sections: [ConfigFileSection: [String: ConfigProperty]] = [:]

    private let file: String
    private let isCredentialsFile: Bool
    private var section: ConfigFileSection?
    private var property: (name: String, indentation: Int)?
    private var number = 0

    /// Reads `bytes` as the contents of `file`.
    ///
    /// - Throws: `SharedConfigProblem` naming file and line.
    init(_ bytes: [UInt8], file: String, isCredentialsFile: Bool) throws(SharedConfigProblem) {
        self.file = file
        self.isCredentialsFile = isCredentialsFile
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        for line in bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0).split(
            separator: 0x0A,
            omittingEmptySubsequences: false
        ) {
            number += 1
            guard let text = String(validating: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self) else {
                throw problem("the line is not UTF-8: save the file as UTF-8")
            }
            try read(text)
        }
    }

    private mutating func read(_ line: String) throws(SharedConfigProblem) {
        let content = line.drop(while: \.isWhitespace)
        guard let first = content.first, first != "#", first != ";" else { return }
        let indentation = line.count - content.count
        if let property, indentation > property.indentation {
            try continueProperty(property.name, with: Self.trimmed(Self.withoutComment(content)))
        } else if first == "[" {
            try open(content)
        } else {
            try define(content, indentation)
        }
    }

    private mutating func open(_ content: Substring) throws(SharedConfigProblem) {
        property = nil
        guard let close = content.firstIndex(of: "]") else {
            throw problem("the section has no closing ]: write [name]")
        }
        let after = content[content.index(after: close)...].drop(while: \.isWhitespace)
        guard after.isEmpty || after.first == "#" || after.first == ";" else {
            throw problem("there is text after the section's ]: put it on a line of its own")
        }
        let heading = Self.trimmed(content[..<close].dropFirst())
        guard let opened = ConfigFileSection(heading: heading, isCredentialsFile: isCredentialsFile) else {
            throw problem(
                "the section has no usable name: write [profile name], with quotes around a name that has spaces"
            )
        }
        section = opened
        sections[opened, default: [:]] = sections[opened, default: [:]]
    }

    private mutating func define(_ content: Substring, _ indentation: Int) throws(SharedConfigProblem) {
        guard let section else {
            throw problem("the line stands before any section: put [default] or [profile name] above it")
        }
        guard let equals = content.firstIndex(of: "=") else {
            if section == .ignored { return }
            throw problem(
                "the line is neither a [section] nor name = value: correct it, or begin it with # to make it a comment"
            )
        }
        let name = Self.trimmed(content[..<equals]).lowercased()
        guard !name.isEmpty else { throw problem("there is no name before the =: write name = value") }
        let value = Self.trimmed(Self.withoutComment(content[content.index(after: equals)...]))
        property = (name, indentation)
        sections[section, default: [:]][name] = ConfigProperty(
            value: value,
            file: file,
            line: number,
            isInCredentialsFile: isCredentialsFile
        )
    }

    private mutating func continueProperty(_ name: String, with text: String) throws(SharedConfigProblem) {
        guard let section, section != .ignored, var grown = sections[section]?[name] else { return }
        if grown.value.isEmpty {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw problem(
                    "the indented line below \(name) is not name = value: correct it, or write \(name)'s value on its own line"
                )
            }
            grown.nested[Self.trimmed(text[..<equals]).lowercased()] = Self.trimmed(text[text.index(after: equals)...])
        } else {
            grown.value += "\n" + text
        }
        sections[section]?[name] = grown
    }

    private func problem(_ message: String) -> SharedConfigProblem {
        SharedConfigProblem("\(file):\(number): \(message)")
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }

    /// `text` up to a `#` or `;` that follows white space.
    private static func withoutComment(_ text: Substring) -> Substring {
        var afterSpace = false
        for index in text.indices {
            if afterSpace, text[index] == "#" || text[index] == ";" { return text[..<index] }
            afterSpace = text[index].isWhitespace
        }
        return text
    }
}
