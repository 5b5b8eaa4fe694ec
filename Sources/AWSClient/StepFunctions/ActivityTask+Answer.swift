extension ActivityTask {
    /// The task in a GetActivityTask answer; `nil` when a well-formed answer has a null, missing or empty token.
    ///
    /// A failing initialiser of a throwing kind on purpose: "no task" must never be what a broken answer reads as.
    init?(answer: [UInt8]) throws(AnswerProblem) {
        let members = try JSONScanner.object(answer, members: ["taskToken", "input"])
        switch members[0] {
        case nil, .null, .string(""):
            return nil
        case .string(let token):
            guard case .string(let input) = members[1] else {
                throw AnswerProblem("the answer has a token but no input")
            }
            self.init(taskToken: token, input: input)
        case .other:
            throw AnswerProblem("the answer's taskToken is not a string")
        }
    }
}
