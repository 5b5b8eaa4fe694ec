import FoundationEssentials

/// What the worker itself records of a task, beside its stage's steps. No stage's step has such a name.
enum WorkerRecord {
    private static let stopBudget = "builderd:stop-budget"
    private static let cancelled = "builderd:cancelled"

    /// The time kept for stopping: a successor's lease must leave what this process started its time to stop in.
    static func of(stopBudget: Duration, atMilliseconds: Int64) -> StepRecord {
        record(Self.stopBudget, "\(stopBudget.wholeMilliseconds)", atMilliseconds)
    }

    /// An operator, `who`, wants the task to end: a successor must not go on with it.
    static func ofCancellation(by who: String, atMilliseconds: Int64) -> StepRecord {
        var text = ""
        JSONText.append(who, to: &text)
        return record(cancelled, text, atMilliseconds)
    }

    /// The time kept for stopping that `steps` tell of.
    static func stopBudget(in steps: [StepRecord]) -> Duration? {
        result(Self.stopBudget, in: steps).flatMap { Int64($0) }.map { .milliseconds($0) }
    }

    /// Who cancelled the task that `steps` are of.
    static func canceller(in steps: [StepRecord]) -> String? {
        result(cancelled, in: steps).flatMap { try? JSONDecoder().decode(String.self, from: Data($0.utf8)) }
    }

    private static func record(_ name: String, _ result: String, _ atMilliseconds: Int64) -> StepRecord {
        StepRecord(kind: .step, name: name, inputs: "", result: result, recordedMilliseconds: atMilliseconds)
    }

    private static func result(_ name: String, in steps: [StepRecord]) -> String? {
        steps.last { $0.kind == .step && $0.name == name }?.result
    }
}
