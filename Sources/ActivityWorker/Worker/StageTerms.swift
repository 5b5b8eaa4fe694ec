/// What a stage's tasks are worked on. A task keeps the terms that it began with; a reload brings new ones for those that come later.
package struct StageTerms: Sendable {
    /// The stage's work.
    package var handler: any StageHandler
    /// The longest a stage needs to stop once its lease ends: its tool's grace and some seconds.
    package var stopBudget: Duration

    /// Terms of these parts.
    package init(handler: any StageHandler, stopBudget: Duration) {
        self.handler = handler
        self.stopBudget = stopBudget
    }
}
