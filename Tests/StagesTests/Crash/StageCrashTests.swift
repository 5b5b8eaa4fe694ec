import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// Each stage in a process that dies at every place where something has been done, one after the other, and one that goes on after it:
/// what comes out, and what is left in the accounts, is what a process that lives brings about, and each tool ran once.
struct StageCrashTests {
    @Test func `a stage that is resumed after a crash anywhere ends as if there had been none`() async throws {
        var cases = 0
        for scenario in CrashScenario.all {
            var count = 0
            let (expected, effects, tools) = try await uninterrupted(scenario)
            while try await crash(scenario, at: count + 1, expected, effects, tools) { count += 1 }
            #expect(count > scenario.least, "\(scenario.name) was crashed in \(count) places only")
            cases += count
        }
        print("figure: stage-crash.cases = \(cases)")
    }

    private func uninterrupted(_ scenario: CrashScenario) async throws -> (String, [AnyHashable], [String]) {
        let subject = try await scenario.make()
        let point = CrashPoint(at: nil)
        let runtime = CrashingTaskRuntime(workspace: subject.workspace, point: point, tool: subject.tool)
        let ending = try await subject.ending(runtime, point, folder: subject.workspace)
        #expect(ending.contains(scenario.ending), "\(scenario.name): \(ending)")
        #expect(runtime.violations == [])
        return (ending, subject.effects(), runtime.tools)
    }

    /// Whether there was a place of this number to die at.
    private func crash(
        _ scenario: CrashScenario,
        at number: Int,
        _ expected: String,
        _ effects: [AnyHashable],
        _ tools: [String]
    ) async throws -> Bool {
        // Nothing in here waits for anything: other tests are to have a thread too.
        await Task.yield()
        let subject = try await scenario.make()
        let point = CrashPoint(at: number)
        let runtime = CrashingTaskRuntime(workspace: subject.workspace, point: point, tool: subject.tool)
        do {
            _ = try await subject.ending(runtime, point, folder: subject.workspace)
        } catch is CrashPoint.Crash {}
        guard let place = point.place else { return false }
        let comment: Comment = "\(scenario.name), died at \(number): \(place)"
        point.restart()
        let ending = try await subject.ending(runtime, point, folder: subject.workspace)
        #expect(ending == expected, comment)
        #expect(subject.effects() == effects, comment)
        #expect(runtime.tools == tools, comment)
        #expect(runtime.violations == [], comment)
        return true
    }
}
