import FoundationEssentials
import Testing

@testable import AWSClient

@Suite struct RuntimeEnvironmentTests {
    @Test("invocation ids are version 4 UUIDs, each another")
    func identifiers() {
        #expect(RuntimeEnvironment.uuid(0, 0) == "00000000-0000-4000-8000-000000000000")
        #expect(RuntimeEnvironment.uuid(.max, .max) == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(
            RuntimeEnvironment.uuid(0x0123_4567_89AB_CDEF, 0x0123_4567_89AB_CDEF)
                == "01234567-89ab-4def-8123-456789abcdef"
        )
        let some = (0..<1000).map { _ in RuntimeEnvironment.system.invocationID() }
        #expect(Set(some).count == 1000 && some.allSatisfy { UUID(uuidString: $0) != nil })
    }

    @Test("a wait ends as soon as its task is cancelled")
    func sleep() async {
        let task = Task {
            do throws(CancellationError) {
                try await RuntimeEnvironment.system.sleep(.seconds(3600))
                return false
            } catch {
                return true
            }
        }
        task.cancel()
        #expect(await task.value)
    }
}
