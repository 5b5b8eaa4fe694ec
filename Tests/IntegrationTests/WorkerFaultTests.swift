import ActivityWorker
import TestSupport
import Testing

/// Every fault × each of a worker's four calls: no token lost that the client could have received, and polling goes on.
@Suite("Faults of the service", .timeLimit(.minutes(5)), .serialized)
struct WorkerFaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var operation: ServiceOperation
        var fault: ServerFault
        var testDescription: String { "\(operation.rawValue): \(fault)" }
    }

    static let cases = ServiceOperation.ofWorkers.flatMap { operation in
        ServerFault.all(of: operation).map { Case(operation: operation, fault: $0) }
    }

    @Test func `no fault of any call loses a receivable token, and polling resumes`() async throws {
        let lost = try await withThrowingTaskGroup(of: [String].self) { group in
            var rest = Self.cases[...]
            var lost: [String] = []
            for _ in 0..<4 {
                if let next = rest.popFirst() { group.addTask { try await Self.lost(in: next) } }
            }
            while let result = try await group.next() {
                lost += result
                if let next = rest.popFirst() { group.addTask { try await Self.lost(in: next) } }
            }
            return lost
        }
        print("figure: fault.cases = \(Self.cases.count)")
        print("figure: fault.lost = \(lost.count)")
        #expect(lost == [])
    }

    /// What went wrong with one fault: nothing, else a line for each.
    private static func lost(in testCase: Case) async throws -> [String] {
        let bench = try await WorkerFaultBench()
        let server = bench.server
        // Twice, so that the client's own retry meets it too; once where the first makes the token useless.
        let isFinal = endsTask(testCase) || testCase.operation == .getActivityTask && testCase.fault.acts
        let times = isFinal ? 1 : 2
        server.inject(testCase.fault, on: testCase.operation, next: times)
        let input = WorkerFaultBench.input(testCase.operation == .sendTaskFailure ? "fail" : "succeed")
        let first = server.schedule(activity: WorkerFaultBench.activity, input: input)
        try await server.wait("the fault \(testCase.testDescription)") { record in
            record.calls(testCase.operation).filter { $0.fault != nil }.count == times
                || record.task(first)?.ending != nil
        }
        server.heal()
        let healed = ContinuousClock.now
        let second = server.schedule(activity: WorkerFaultBench.activity, input: WorkerFaultBench.input("succeed"))
        try await server.wait("the next task's end after \(testCase.testDescription)") {
            $0.task(second)?.ending != nil
        }
        try await bench.end()

        var found: [String] = []
        func require(_ holds: Bool, _ what: String) {
            if !holds { found.append("\(testCase.testDescription): \(what)") }
        }
        let record = server.record
        require(record.violations == [], "\(record.violations)")
        for token in [first, second] {
            guard let task = record.task(token) else { continue }
            require(task.lateReports.allSatisfy { $0 == task.ending }, "another report came late")
            guard task.handedOut != nil, task.isReceivable else { continue }
            let isRecorded = bench.journal.endings.contains { if case .leaseLost = $0.ending { true } else { false } }
            require(task.ending != nil || isRecorded, "neither reported nor recorded as lost")
        }
        require(bench.journal.counts.open == 0, "a claim is left open")
        if let resumed = record.task(second)?.handedOut {
            require(resumed - healed < .seconds(60), "polling resumed only after \(resumed - healed)")
        }
        return found
    }

    /// Whether the worker gives a token up for this answer, rightly: the service says that it is dead.
    private static func endsTask(_ testCase: Case) -> Bool {
        ["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"].contains { testCase.fault.description.hasPrefix($0) }
    }

    @Test func `reports whose answers are lost end each task once, and are recorded as ours, possibly`() async throws {
        let bench = try await WorkerFaultBench(slots: 4)
        bench.server.inject(.actThenDrop, on: .sendTaskSuccess, next: 20)
        let tokens = (0..<20).map { _ in
            bench.server.schedule(activity: WorkerFaultBench.activity, input: WorkerFaultBench.input("succeed"))
        }
        try await bench.server.wait("all to end") { record in tokens.allSatisfy { record.task($0)?.ending != nil } }
        try await bench.end()
        #expect(bench.server.record.tasks.allSatisfy { $0.ending == .succeeded(output: #"{"done":true}"#) })
        let possibly = bench.journal.endings.filter { $0.ending == .possiblyReported }.count
        let reported = bench.journal.endings.filter { $0.ending == .reported(error: nil) }.count
        #expect(possibly + reported == 20 && possibly > 0)
        #expect(bench.server.record.violations == [])
    }

    @Test func `a server that is away for a while is polled again`() async throws {
        let bench = try await WorkerFaultBench()
        try await bench.server.wait("a poll") { $0.openPolls == 1 }
        try await bench.server.goOffline()
        bench.server.inject(.reset, on: .getActivityTask, next: 3)
        await bench.pollFailures.next()
        try await bench.server.goOnline()
        let token = bench.server.schedule(activity: WorkerFaultBench.activity, input: WorkerFaultBench.input("ping"))
        try await bench.server.wait("the task to end") { $0.task(token)?.ending != nil }
        try await bench.end()
    }

    @Test func `an execution that is stopped stops its task, and nothing is reported`() async throws {
        let bench = try await WorkerFaultBench()
        bench.server.inject(.error("ThrottlingException"), on: .sendTaskSuccess, next: .max)
        let token = bench.server.schedule(activity: WorkerFaultBench.activity, input: WorkerFaultBench.input("succeed"))
        try await bench.server.wait("a report") { !$0.calls(.sendTaskSuccess).isEmpty }
        bench.server.stop(token)
        bench.server.heal()
        try await bench.server.wait("the answer that the token is dead") {
            $0.calls(.sendTaskSuccess).contains { $0.error != nil }
        }
        try await bench.end()
        #expect(bench.journal.endings.map(\.ending) == [.leaseLost(.cancelled)])
    }

    @Test func `forty slots at once, all served once`() async throws {
        let bench = try await WorkerFaultBench(slots: 40)
        let tokens = (0..<400).map { _ in
            bench.server.schedule(activity: WorkerFaultBench.activity, input: WorkerFaultBench.input("ping"))
        }
        try await bench.server.wait("all to end") { record in
            record.tasks.filter { $0.ending != nil }.count == tokens.count
        }
        try await bench.end()
        let record = bench.server.record
        #expect(record.tasks.allSatisfy { $0.lateReports.isEmpty } && record.violations == [])
        #expect(Set(tokens).count == 400)
    }

    @Test func `the fake server refuses a signature that is wrong, so it does check them`() async throws {
        let bench = try await WorkerFaultBench(secret: "another secret")
        try await bench.server.wait("a refusal") { !$0.violations.isEmpty }
        #expect(bench.server.record.violations[0] == "GetActivityTask: the signature does not match")
        try await bench.end()
    }
}
