import ActivityWorker
import Testing

@Suite("Report progress")
struct ReportProgressTests {
    private let success = TaskReport.success(output: "{}")
    private let failure = TaskReport.of(TaskFailure("X.Y", message: "m", next: "n"), stage: "s", redact: { $0 })

    private func error(_ kind: ActivityServiceError.Kind, code: String = "Code", acted: Bool = false)
        -> ActivityServiceError
    {
        ActivityServiceError(kind: kind, code: code, message: "m", mayHaveActed: acted)
    }

    @Test func `an acknowledged report is over`() {
        var progress = ReportProgress(isAmbiguous: false)
        #expect(progress.acknowledged(failure) == .ended(.reported(error: "X.Y")))
    }

    @Test(arguments: [ActivityServiceError.Kind.transient, .throttled, .denied])
    func `it is made again for ever, at most 60 s apart`(kind: ActivityServiceError.Kind) {
        var progress = ReportProgress(isAmbiguous: false)
        var last = Duration.zero
        for _ in 0..<1000 {
            guard case .retry(let delay) = progress.failed(success, with: error(kind), random: 0.99) else {
                Issue.record("gave up")
                return
            }
            #expect(delay <= .seconds(60))
            last = delay
        }
        #expect(last == .seconds(60))
    }

    @Test func `a dead token at the first attempt is a lost lease with its reason`() {
        let cases: [(ActivityServiceError, LeaseLost.Reason)] = [
            (error(.taskTimedOut, code: "TaskTimedOut"), .timedOut),
            (error(.taskDoesNotExist, code: "TaskDoesNotExist"), .cancelled),
            (error(.taskDoesNotExist, code: "InvalidToken"), .tokenDead),
        ]
        for (error, reason) in cases {
            var progress = ReportProgress(isAmbiguous: false)
            #expect(progress.failed(success, with: error, random: 0) == .ended(.leaseLost(reason)))
        }
    }

    @Test func `a dead token after an ambiguous attempt is closed, possibly by us`() {
        var progress = ReportProgress(isAmbiguous: false)
        _ = progress.failed(success, with: error(.transient, acted: true), random: 0)
        _ = progress.failed(success, with: error(.transient), random: 0)
        #expect(progress.failed(success, with: error(.taskDoesNotExist), random: 0) == .ended(.possiblyReported))
        var recovered = ReportProgress(isAmbiguous: true)
        #expect(recovered.failed(success, with: error(.taskTimedOut), random: 0) == .ended(.possiblyReported))
    }

    @Test
    func `a refused output is replaced at once, another refusal after three, and a refused failure given up after ten`()
    {
        var output = ReportProgress(isAmbiguous: false)
        #expect(output.failed(success, with: error(.invalidOutput), random: 0) == .replaceSuccess)
        var refused = ReportProgress(isAmbiguous: false)
        var steps = (0..<3).map { _ in refused.failed(success, with: error(.refused), random: 0) }
        #expect(steps.last == .replaceSuccess && steps.filter { $0 == .replaceSuccess }.count == 1)
        steps = (0..<10).map { _ in
            refused.failed(failure, with: error(.refused, code: "ValidationException"), random: 0)
        }
        #expect(steps.last == .ended(.refused(code: "ValidationException")))
        #expect(steps.dropLast().allSatisfy { if case .retry = $0 { true } else { false } })
    }
}
