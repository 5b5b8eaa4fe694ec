import CSystemd
import Glibc

/// A connection to the message bus, for the few questions that a service has about itself to the manager
/// (https://www.freedesktop.org/software/systemd/man/252/org.freedesktop.systemd1.html). An unprivileged user may ask them all.
///
/// Blocks its thread, and all of it together no longer than the time it is made with. Not for use from two threads.
@safe struct ServiceManagerBus: ~Copyable {
    /// Where the system's bus is.
    static let systemAddress = "unix:path=/run/dbus/system_bus_socket"

    private static let destination = "org.freedesktop.systemd1"
    private static let managerPath = "/org/freedesktop/systemd1"

    private let bus: OpaquePointer
    private let timeout: Duration
    private let deadline: ContinuousClock.Instant

    private init(bus: OpaquePointer, timeout: Duration) {
        unsafe self.bus = bus
        self.timeout = timeout
        deadline = .now + timeout
    }

    /// Connects to the bus at `address` and waits until it has taken this client in.
    ///
    /// Not a throwing initializer: Swift 6.3 refuses one that may throw before and after the handle is there.
    ///
    /// - Parameter timeout: for this and everything that is asked afterwards.
    static func connect(address: String, timeout: Duration) throws(ServiceManagerBusError) -> ServiceManagerBus {
        var made: OpaquePointer?
        let code = unsafe sd_bus_new(&made)
        guard code >= 0, let made = unsafe made else { throw failure("connect", code) }
        let manager = unsafe ServiceManagerBus(bus: made, timeout: timeout)
        try manager.start(address)
        return manager
    }

    deinit {
        // Without a flush, which would wait for the other side; everything that was asked has been answered or given up.
        unsafe sd_bus_close(bus)
        unsafe sd_bus_unref(bus)
    }

    /// The path of the unit that a process belongs to.
    func unit(ofProcess pid: Int32) throws(ServiceManagerBusError) -> String {
        let operation = "GetUnitByPID"
        try allowRemainingTime(for: operation)
        var error = unsafe sd_bus_error()
        var reply: OpaquePointer?
        defer {
            unsafe sd_bus_error_free(&error)
            unsafe sd_bus_message_unref(reply)
        }
        let code = unsafe csystemd_bus_call_with_uint32(
            bus,
            Self.destination,
            Self.managerPath,
            "org.freedesktop.systemd1.Manager",
            operation,
            &error,
            &reply,
            UInt32(bitPattern: pid)
        )
        guard code >= 0 else { throw unsafe failure(operation, code, error) }
        var path: UnsafePointer<CChar>?
        let read = unsafe csystemd_message_read_path(reply, &path)
        guard read > 0, let path = unsafe path else { throw Self.malformed(operation) }
        return unsafe String(cString: path)
    }

    /// The path of the job that is queued or running for the unit at `unit`; `nil` when there is none.
    func job(ofUnit unit: String) throws(ServiceManagerBusError) -> String? {
        let operation = "Job"
        try allowRemainingTime(for: operation)
        var error = unsafe sd_bus_error()
        var reply: OpaquePointer?
        defer {
            unsafe sd_bus_error_free(&error)
            unsafe sd_bus_message_unref(reply)
        }
        let code = unsafe sd_bus_get_property(
            bus,
            Self.destination,
            unit,
            "org.freedesktop.systemd1.Unit",
            operation,
            &error,
            &reply,
            "(uo)"
        )
        guard code >= 0 else { throw unsafe failure(operation, code, error) }
        var number: UInt32 = 0
        var path: UnsafePointer<CChar>?
        let read = unsafe csystemd_message_read_uint32_and_path(reply, &number, &path)
        guard read > 0, let path = unsafe path else { throw Self.malformed(operation) }
        // Without a job the manager answers 0 and the path `/`.
        return number == 0 ? nil : unsafe String(cString: path)
    }

    /// The type of the job at `job`, for example `restart` or `stop`.
    func type(ofJob job: String) throws(ServiceManagerBusError) -> String {
        try text(property: "JobType", path: job, interface: "org.freedesktop.systemd1.Job")
    }

    /// The state of the whole system, for example `running` or `stopping`.
    func systemState() throws(ServiceManagerBusError) -> String {
        try text(property: "SystemState", path: Self.managerPath, interface: "org.freedesktop.systemd1.Manager")
    }

    private func text(
        property: String,
        path: String,
        interface: String
    ) throws(ServiceManagerBusError) -> String {
        try allowRemainingTime(for: property)
        var error = unsafe sd_bus_error()
        var value: UnsafeMutablePointer<CChar>?
        defer {
            unsafe sd_bus_error_free(&error)
            unsafe free(value)
        }
        let code = unsafe sd_bus_get_property_string(
            bus,
            Self.destination,
            path,
            interface,
            property,
            &error,
            &value
        )
        guard code >= 0 else { throw unsafe failure(property, code, error) }
        guard let value = unsafe value else { throw Self.malformed(property) }
        return unsafe String(cString: value)
    }

    private func start(_ address: String) throws(ServiceManagerBusError) {
        let operation = "connect"
        for code in unsafe [
            sd_bus_set_address(bus, address), sd_bus_set_bus_client(bus, 1), sd_bus_start(bus),
        ] where code < 0 { throw Self.failure(operation, code) }
        // By hand, as sd_bus_call would wait for 90 s where a socket takes connections and nobody serves them: a bus that was
        // stopped or hangs, of all things during a shutdown.
        while true {
            let ready = unsafe sd_bus_is_ready(bus)
            if ready > 0 { return }
            guard ready == 0 else { throw Self.failure(operation, ready) }
            let moved = unsafe sd_bus_process(bus, nil)
            guard moved >= 0 else { throw Self.failure(operation, moved) }
            if moved > 0 { continue }
            let waited = unsafe sd_bus_wait(bus, try remainingMicroseconds(for: operation))
            guard waited >= 0 || waited == -EINTR else { throw Self.failure(operation, waited) }
        }
    }

    /// Lets the next call take what is left of the time.
    private func allowRemainingTime(for operation: String) throws(ServiceManagerBusError) {
        unsafe sd_bus_set_method_call_timeout(bus, try remainingMicroseconds(for: operation))
    }

    private func remainingMicroseconds(for operation: String) throws(ServiceManagerBusError) -> UInt64 {
        let left = Int64((deadline - .now) / .microseconds(1))
        // 0 would mean sd-bus's own default of 25 s.
        guard left > 0 else { throw timedOut(operation) }
        return UInt64(left)
    }

    private func timedOut(_ operation: String) -> ServiceManagerBusError {
        let message = "timed out after \(timeout / .seconds(1)) s waiting for the service manager"
        return ServiceManagerBusError(operation: operation, name: nil, message: message)
    }

    /// The error of a call that gave `code`, with what the other side said where it said something.
    private func failure(_ operation: String, _ code: Int32, _ error: sd_bus_error) -> ServiceManagerBusError {
        guard code != -ETIMEDOUT else { return timedOut(operation) }
        guard let name = unsafe error.name.map({ unsafe String(cString: $0) }) else {
            return Self.failure(operation, code)
        }
        let said = unsafe error.message.map { unsafe String(cString: $0) } ?? "no message"
        return ServiceManagerBusError(operation: operation, name: name, message: "\(name): \(said)")
    }

    private static func failure(_ operation: String, _ code: Int32) -> ServiceManagerBusError {
        // Safe between threads since glibc 2.32.
        let text = unsafe String(cString: strerror(-code))
        return ServiceManagerBusError(operation: operation, name: nil, message: "\(text) (\(-code))")
    }

    private static func malformed(_ operation: String) -> ServiceManagerBusError {
        ServiceManagerBusError(operation: operation, name: nil, message: "the answer is not of the documented type")
    }
}
