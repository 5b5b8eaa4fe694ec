import Dispatch
import Glibc

/// Asks the service manager over the system's message bus what it is doing with this service.
///
/// To be asked when SIGTERM comes and again right before the end, as the answer can change in between. Each time takes a
/// connection of its own: drains are rare, and a kept one could be dead by then.
package struct StopIntentReader: Sendable {
    private let address: String
    private let timeout: Duration
    private let pid: Int32

    /// A reader; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - address: D-Bus address of the system's bus, normally the value of `DBUS_SYSTEM_BUS_ADDRESS`; the standard one when it
    ///     is `nil` or empty.
    ///   - timeout: for everything that `read()` does together.
    ///   - pid: the process whose unit is meant.
    package init(address: String? = nil, timeout: Duration = .seconds(2), pid: Int32 = getpid()) {
        self.address = address.flatMap { $0.isEmpty ? nil : $0 } ?? ServiceManagerBus.systemAddress
        self.timeout = timeout
        self.pid = pid
    }

    /// What the manager means to do with the unit now; returns within the timeout, also when the calling task is cancelled.
    package func read() async -> StopIntent {
        await withCheckedContinuation { continuation in
            // sd-bus blocks its thread: a queue of its own gets one however busy Swift's and libdispatch's pools are.
            DispatchQueue(label: "builderd.stop-intent", qos: .default).async {
                let intent: StopIntent
                do throws(ServiceManagerBusError) {
                    intent = try ask()
                } catch {
                    intent = .unavailable(reason: "\(error)")
                }
                continuation.resume(returning: intent)
            }
        }
    }

    private func ask() throws(ServiceManagerBusError) -> StopIntent {
        let manager = try ServiceManagerBus.connect(address: address, timeout: timeout)
        let unit = try manager.unit(ofProcess: pid)
        let jobType = try jobType(ofUnit: unit, manager)
        // Last, and above the job: a shutdown that begins meanwhile is seen, and it queues a plain `stop`.
        if try manager.systemState() == "stopping" { return .shutdown }
        switch jobType {
        case "restart", "try-restart": return .restart
        case "stop": return .stop
        default: return .noJob
        }
    }

    /// The type of the unit's job, asked again when the job is replaced by another between the two questions.
    private func jobType(
        ofUnit unit: String,
        _ manager: borrowing ServiceManagerBus
    ) throws(ServiceManagerBusError) -> String? {
        var attempt = 1
        while let job = try manager.job(ofUnit: unit) {
            do throws(ServiceManagerBusError) {
                return try manager.type(ofJob: job)
            } catch {
                guard error.isUnknownObject, attempt < 5 else { throw error }
                attempt += 1
            }
        }
        return nil
    }
}
