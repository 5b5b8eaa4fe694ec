/// Gathers problems while a document is checked; keeps `DocumentProblems.kept` and counts the rest, so that a hostile document costs no memory.
struct ProblemCollector {
    /// The problems kept.
    private(set) var problems: [DocumentProblem] = []
    /// Those not kept.
    private(set) var more = 0

    /// Whether nothing is wrong so far.
    var isEmpty: Bool { problems.isEmpty }

    /// Notes one problem; its text is built only when it is kept.
    mutating func add(_ problem: @autoclosure () -> DocumentProblem) {
        if problems.count < DocumentProblems.kept {
            problems.append(problem())
        } else {
            more += 1
        }
    }

    /// Throws what was gathered, if anything was.
    func throwIfAny(document: String) throws(DocumentProblems) {
        guard isEmpty else { throw DocumentProblems(document: document, problems: problems, more: more) }
    }
}
