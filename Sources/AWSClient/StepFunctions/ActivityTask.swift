/// A task that a poll handed over. Its token is a secret: whoever has it can end the task.
package struct ActivityTask: Sendable, Hashable {
    /// Proof of the claim, 1 to 2,048 characters.
    package let taskToken: String
    /// The state's `Parameters`, as JSON text.
    package let input: String

    /// A task of this token and input.
    package init(taskToken: String, input: String) {
        self.taskToken = taskToken
        self.input = input
    }
}

extension ActivityTask: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A fixed placeholder.
    package var description: String { "<activity task>" }
    /// A fixed placeholder.
    package var debugDescription: String { description }
    /// Empty, so that `dump` leaks nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
