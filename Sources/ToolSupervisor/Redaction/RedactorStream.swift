/// One stream of bytes on its way through a `Redactor`.
///
/// Holds back only bytes that may yet belong to a secret: at most the longest form of the longest secret. How the bytes are cut into
/// chunks does not change what comes out. Not shared: each stream of a tool has its own.
package struct RedactorStream: Sendable {
    /// A part of `held` that is replaced; offsets count from the stream's first byte.
    private struct Hidden {
        var start: Int
        var end: Int
        /// Whether the replacement has been given out, so that only the rest of the bytes is to be dropped.
        var isWritten: Bool
    }

    private let redactor: Redactor
    private var generation: Int
    private var automaton: LazyAutomaton?
    private var state = LazyAutomaton.start
    /// Bytes that have not been given out or dropped.
    private var held: [UInt8] = []
    /// Offset of the first byte of `held` in the stream.
    private var base = 0
    private var hidden: [Hidden] = []

    init(_ redactor: Redactor) {
        self.redactor = redactor
        let forms = redactor.forms
        generation = forms.generation
        automaton = forms.graph.map(LazyAutomaton.init)
    }

    /// Bytes taken and not yet given out or dropped.
    package var heldBytes: Int { held.count }

    /// Takes the next bytes and returns those that are certain to be no part of a secret, with secrets replaced.
    package mutating func process(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let from = adoptNewSecrets() ? 0 : held.count
        held.append(contentsOf: bytes)
        scan(from: from)
        return release(upTo: base + held.count - (automaton?.reach(state) ?? 0))
    }

    /// Ends the stream and returns what was held back.
    ///
    /// A stream that ends in the middle of a secret (a tool that was killed while writing) ends in the replacement when at least
    /// `Redactor.minimumSecretLength` bytes of it were there. The stream may be used again from its beginning.
    package mutating func finish() -> [UInt8] {
        if adoptNewSecrets() { scan(from: 0) }
        if let automaton {
            let open = automaton.open(state)
            let start = automaton.graph.earliestStart(of: open, in: held[...], end: held.count)
            if let start, held.count - start >= Redactor.minimumSecretLength { hide(base + start, base + held.count) }
        }
        let rest = release(upTo: base + held.count)
        state = LazyAutomaton.start
        hidden.removeAll()
        return rest
    }

    /// Takes over secrets that were added since the last call; then the bytes still held are to be looked at again.
    private mutating func adoptNewSecrets() -> Bool {
        guard let forms = redactor.forms(since: generation) else { return false }
        generation = forms.generation
        automaton = forms.graph.map(LazyAutomaton.init)
        state = LazyAutomaton.start
        return true
    }

    private mutating func scan(from: Int) {
        guard automaton != nil else { return }
        var index = from
        while index < held.count {
            guard let step = automaton?.scan(held, from: index, state: state) else { return }
            (index, state) = (step.index, step.state)
            guard step.found, let automaton else { continue }
            let nodes = automaton.accepts(state)
            if let start = automaton.graph.earliestStart(of: nodes, in: held[...], end: index) {
                hide(base + start, base + index)
            }
        }
    }

    /// Hides a range that ends at or after every range hidden before, and joins it with those that it overlaps.
    private mutating func hide(_ start: Int, _ end: Int) {
        var new = Hidden(start: start, end: end, isWritten: false)
        while let last = hidden.last, last.end > new.start {
            hidden.removeLast()
            new = Hidden(
                start: min(new.start, last.start),
                end: max(new.end, last.end),
                isWritten: last.isWritten || new.isWritten
            )
        }
        hidden.append(new)
    }

    /// Gives out everything before `safe`, before which no later match can begin.
    private mutating func release(upTo safe: Int) -> [UInt8] {
        var output: [UInt8] = []
        var cursor = base
        var done = 0
        while cursor < safe {
            guard done < hidden.count, hidden[done].start < safe else {
                output.append(contentsOf: held[(cursor - base)..<(safe - base)])
                cursor = safe
                break
            }
            if hidden[done].start > cursor {
                output.append(contentsOf: held[(cursor - base)..<(hidden[done].start - base)])
                cursor = hidden[done].start
            }
            if !hidden[done].isWritten {
                output.append(contentsOf: Redactor.replacementBytes)
                hidden[done].isWritten = true
            }
            cursor = min(hidden[done].end, safe)
            if hidden[done].end <= safe { done += 1 }
        }
        hidden.removeFirst(done)
        held.removeFirst(cursor - base)
        base = cursor
        return output
    }
}
