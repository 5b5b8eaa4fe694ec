import Pipeline
import Testing

@testable import ActivityWorker

/// The worker knows no Pipeline and has a few names of its own: they must be names of the one list. `Tests/Python/test_failure_names.py`
/// holds the names that stand in the sources as text to it.
@Suite struct FailureNameTests {
    @Test(arguments: ActivityWorker.FailureName.allCases)
    func `what the worker reports is in Pipeline's list`(name: ActivityWorker.FailureName) {
        #expect(Pipeline.FailureName(rawValue: name.rawValue) != nil)
    }
}
