import Synchronization

/// Replaces secrets, in every form they are known to take, in everything that leaves the host.
///
/// The forms are listed at `SecretForms`. A secret of several lines is also known line by line, for lines of
/// `minimumSecretLength` characters or more after trimming. Overlapping matches are replaced as one, so no part of a secret is left.
/// Secrets can be added at any time, and count for every later byte of open streams too. Safe to share.
package final class Redactor: Sendable {
    /// What stands in a secret's place.
    package static let replacement = "[redacted]"
    /// Fewest characters of a secret; shorter ones would turn ordinary text to holes.
    package static let minimumSecretLength = 6

    static let replacementBytes = Array(replacement.utf8)

    /// The graph of all forms, `nil` without secrets, and how many times it was replaced.
    struct Forms: Sendable {
        var graph: FormGraph?
        var generation: Int
    }

    private struct State {
        var secrets: [String] = []
        var forms = Forms(graph: nil, generation: 0)
    }

    private let state = Mutex(State())

    /// A redactor that knows no secret.
    package init() {}

    /// A redactor that knows `secrets`.
    package convenience init(secrets: [String]) throws(RedactorError) {
        self.init()
        try add(secrets: secrets)
    }

    /// Adds secrets; those already known are ignored.
    ///
    /// - Throws: `secretTooShort`, and then none is added, when one has fewer than `minimumSecretLength` characters, not counting
    ///   white space around it.
    package func add(secrets: [String]) throws(RedactorError) {
        for secret in secrets where Self.trimmed(secret).count < Self.minimumSecretLength {
            throw RedactorError(
                code: .secretTooShort,
                message:
                    "a secret has fewer than \(Self.minimumSecretLength) characters, so it cannot be kept out of logs;"
                    + " use a longer one"
            )
        }
        state.withLock { state in
            let new = secrets.filter { !state.secrets.contains($0) }
            guard !new.isEmpty else { return }
            state.secrets.append(contentsOf: new)
            var forms = SecretForms()
            for secret in state.secrets { forms.add(secret, minimum: Self.minimumSecretLength) }
            state.forms = Forms(graph: FormGraph(forms.builder), generation: state.forms.generation + 1)
        }
    }

    /// The secrets in use, in the order they were added. Only for the file of secrets.
    package var secrets: [String] { state.withLock { $0.secrets } }

    /// A stream of its own state over this redactor's secrets.
    package func stream() -> RedactorStream { RedactorStream(self) }

    /// `text` with every form of every secret replaced. For whole documents, before any cut to length.
    package func redact(_ text: String) -> String {
        guard forms.graph != nil else { return text }
        var stream = self.stream()
        let output = stream.process(text.utf8) + stream.finish()
        return String(decoding: output, as: UTF8.self)
    }

    var forms: Forms { state.withLock { $0.forms } }

    /// The forms, when they are not those of `generation`.
    func forms(since generation: Int) -> Forms? {
        state.withLock { $0.forms.generation == generation ? nil : $0.forms }
    }

    /// `text` without white space and control characters at its ends.
    static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        return String(scalars)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.value < 0x20
    }
}
