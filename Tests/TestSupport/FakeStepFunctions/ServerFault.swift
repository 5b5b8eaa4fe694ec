/// What goes wrong with one call: whether the service acts on it, and what the client gets to see.
///
///     server.inject(.actThenDrop, on: .sendTaskSuccess)              // the next report is taken, its answer lost
///     server.inject(.throttle, on: .getActivityTask, next: 5)        // five polls are throttled
///     server.inject(.reset, on: .sendTaskHeartbeat, next: .max) { $0.token == token }
package struct ServerFault: Sendable, Hashable, CustomStringConvertible {
    /// What the client gets to see.
    package enum Delivery: Sendable, Hashable {
        /// The right answer, whole.
        case whole
        /// The connection is closed in an orderly way without a byte.
        case close
        /// The connection is reset (RST).
        case reset
        /// Nothing, for as long as the client keeps the connection.
        case stall
        /// The head of the right answer and half its body, then the connection is closed.
        case truncated
        /// Another answer, whole.
        case replaced(status: Int, contentType: String, body: String)
    }

    /// Whether the call takes effect: a task is handed out, a heartbeat counts, a report ends the task.
    package var acts: Bool
    /// What the client gets to see.
    package var delivery: Delivery
    /// Names the fault in test output.
    package var description: String

    /// A fault of these parts.
    package init(_ description: String, acts: Bool, delivery: Delivery) {
        self.description = description
        self.acts = acts
        self.delivery = delivery
    }

    /// Acts and closes without an answer.
    package static let actThenDrop = ServerFault("act, then drop the answer", acts: true, delivery: .close)
    /// Acts and resets the connection.
    package static let actThenReset = ServerFault("act, then reset", acts: true, delivery: .reset)
    /// Acts and never answers.
    package static let actThenStall = ServerFault("act, then stall", acts: true, delivery: .stall)
    /// Acts and sends half the answer.
    package static let truncate = ServerFault("act, then truncate", acts: true, delivery: .truncated)
    /// Closes without acting or answering.
    package static let drop = ServerFault("drop", acts: false, delivery: .close)
    /// Resets the connection without acting.
    package static let reset = ServerFault("reset", acts: false, delivery: .reset)
    /// Never answers and does not act.
    package static let stall = ServerFault("stall", acts: false, delivery: .stall)
    /// `ThrottlingException`, status 400.
    package static let throttle = ServerFault.error("ThrottlingException")
    /// Status 429 with a throttling error.
    package static let tooManyRequests = ServerFault.error("TooManyRequestsException", status: 429)
    /// 200 with an HTML page, as a captive portal or a proxy sends it.
    package static let html = ServerFault(
        "HTML",
        acts: false,
        delivery: .replaced(status: 200, contentType: "text/html", body: "<html><body>Please log in</body></html>")
    )
    /// 200 with no body.
    package static let empty = ServerFault(
        "empty 200",
        acts: false,
        delivery: .replaced(status: 200, contentType: "application/x-amz-json-1.0", body: "")
    )
    /// 200 with a body that is not JSON.
    package static let notJSON = ServerFault(
        "not JSON",
        acts: false,
        delivery: .replaced(status: 200, contentType: "application/x-amz-json-1.0", body: "{\"taskToken\": \"abc")
    )
    /// 200 with JSON of another shape.
    package static let wrongJSON = ServerFault(
        "wrong JSON",
        acts: false,
        delivery: .replaced(status: 200, contentType: "application/x-amz-json-1.0", body: "[{\"taskToken\": 7}]")
    )

    /// A status with an HTML body, as load balancers send 500, 502, 503.
    package static func status(_ status: Int) -> ServerFault {
        ServerFault(
            "status \(status)",
            acts: false,
            delivery: .replaced(status: status, contentType: "text/html", body: "<html><body>\(status)</body></html>")
        )
    }

    /// An error of the service by its code.
    package static func error(_ code: String, status: Int = 400) -> ServerFault {
        ServerFault(
            "\(code) \(status)",
            acts: false,
            delivery: .replaced(
                status: status,
                contentType: "application/x-amz-json-1.0",
                body: "{\"__type\":\"com.amazonaws.swf.service.v2.model#\(code)\",\"message\":\"scripted\"}"
            )
        )
    }

    /// Every fault that is not an error of the service's own.
    package static let ofTransport: [ServerFault] = [
        .actThenDrop, .actThenReset, .actThenStall, .truncate, .drop, .reset, .stall, .throttle, .tooManyRequests,
        .status(500), .status(503), .html, .empty, .notJSON, .wrongJSON,
    ]

    /// Every fault for `operation`: those of the transport and each documented error.
    package static func all(of operation: ServiceOperation) -> [ServerFault] {
        ofTransport + operation.documentedErrors.map { .error($0) }
    }
}
