import Foundation
import Synchronization
import Testing

@testable import Observability

@Suite struct SocketGroupTests {
    /// Answers of a test's choosing, and the sizes that were asked with.
    private final class Database: Sendable {
        private let state: Mutex<(answers: [(Int32, UInt32?)], sizes: [Int])>

        init(_ answers: [(Int32, UInt32?)]) { state = Mutex((answers, [])) }

        var sizes: [Int] { state.withLock { $0.sizes } }

        func ask(_ name: String, _ byteCount: Int) -> (code: Int32, number: UInt32?) {
            state.withLock { state in
                state.sizes.append(byteCount)
                return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
            }
        }
    }

    @Test func `this machine's groups have numbers, by name or number, and others have none`() throws {
        #expect(try SocketGroup.number(of: "daemon") == 1)
        #expect(try SocketGroup.number(of: "4711") == 4711)
        #expect(try SocketGroup.number(of: "no-such-group") == nil)
    }

    @Test func `a group of many members is asked for with more room`() throws {
        let database = Database([(ERANGE, nil), (EINTR, nil), (ERANGE, nil), (0, 7)])
        #expect(try SocketGroup.number(of: "many", ask: database.ask) == 7)
        let sizes = database.sizes
        #expect(sizes.count == 4 && sizes[1] > sizes[0] && sizes[2] == sizes[1] && sizes[3] > sizes[2], "\(sizes)")
    }

    @Test(arguments: [EIO, ENOENT, ECONNREFUSED, EMFILE, ERANGE])
    func `a database that does not answer is an error, and no group that is not there`(code: Int32) {
        let database = Database([(code, nil)])
        let error = #expect(throws: LocalServerError.self) {
            try SocketGroup.number(of: "operators", ask: database.ask)
        }
        #expect(error?.code == .lookup && error?.next.contains("getent group operators") == true)
    }
}
