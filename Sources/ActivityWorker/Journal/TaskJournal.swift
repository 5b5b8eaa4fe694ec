/// Where claims and outcomes are kept, so that a crash at any instruction loses no token.
///
/// Calls for one claim come one after the other: `claim`, then `record` for each step, then `outcome`, then `close`. Records of different
/// names, and calls for different claims, come at once.
package protocol TaskJournal: Sendable {
    /// Tasks that an earlier process left for stages that `mine` accepts, oldest first. Each is handed out once.
    func recover(_ mine: @Sendable (_ stage: String) -> Bool) async -> [RecoveredTask]

    /// Keeps `claim`, and room for its outcome. When it returns, both survive a crash.
    func claim(_ claim: ClaimRecord) async throws(JournalError)

    /// Keeps what a step returned, or that a tool is about to be started. When it returns, it survives a crash. A later record of the
    /// same kind and name takes the place of an earlier one.
    func record(_ step: StepRecord, claim: ClaimRecord) async throws(JournalError)

    /// Keeps the report that is about to be made. When it returns, it survives a crash.
    func outcome(_ report: TaskReport, claim: ClaimRecord, atMilliseconds: Int64) async throws(JournalError)

    /// The claim is over: it leaves the open tasks, and a line without token, input and output goes to the history.
    func close(_ claim: ClaimRecord, _ closing: ClosingRecord) async throws(JournalError)

    /// Why nothing may be claimed now (no room, cannot be written); `nil` when all is well. Cheap while all is well.
    func obstacle() async -> JournalError?

    /// What it holds.
    var counts: JournalCounts { get }
}

/// A token and what came with it, before anything is done with either.
package struct ClaimRecord: Sendable, Hashable {
    /// First 16 hex digits of the token's SHA-256: names the claim's folder, and the token in logs.
    package var id: String
    /// Whose task it is.
    package var stage: String
    /// ARN of the activity it was polled from.
    package var activity: String
    /// When the token was received, milliseconds since 1970.
    package var claimedMilliseconds: Int64
    /// The token.
    package var token: TaskToken
    /// The envelope, as JSON text.
    package var input: String
    /// The boot that it was claimed in (`/proc/sys/kernel/random/boot_id`): in another one none of its tools can run any more.
    package var boot: String
    /// When the token was received, on the clock that counts from that boot.
    package var received: BootInstant

    /// A record of these parts.
    package init(
        id: String,
        stage: String,
        activity: String,
        claimedMilliseconds: Int64,
        token: TaskToken,
        input: String,
        boot: String,
        received: BootInstant
    ) {
        self.id = id
        self.stage = stage
        self.activity = activity
        self.claimedMilliseconds = claimedMilliseconds
        self.token = token
        self.input = input
        self.boot = boot
        self.received = received
    }
}

/// How a claim ended.
package struct ClosingRecord: Sendable, Hashable {
    /// How.
    package var ending: TaskEnding
    /// When, milliseconds since 1970.
    package var closedMilliseconds: Int64
    /// Attempts to report.
    package var attempts: Int
    /// The task's id, if its envelope could be read.
    package var task: String?
    /// Its execution, if its envelope could be read.
    package var execution: String?

    /// A record of these parts.
    package init(ending: TaskEnding, closedMilliseconds: Int64, attempts: Int, task: String?, execution: String?) {
        self.ending = ending
        self.closedMilliseconds = closedMilliseconds
        self.attempts = attempts
        self.task = task
        self.execution = execution
    }
}

/// A task that an earlier process left behind.
package struct RecoveredTask: Sendable, Hashable {
    /// Its claim. Of a damaged record only the token is sure.
    package var claim: ClaimRecord
    /// What its steps returned and which tools were begun, in no order.
    package var steps: [StepRecord]
    /// Its outcome, if it was recorded: it is reported. Without one the task is resumed.
    package var report: TaskReport?
    /// Whether its record cannot be trusted; closing it moves it to the quarantine.
    package var isDamaged: Bool

    /// A task of these parts.
    package init(claim: ClaimRecord, steps: [StepRecord], report: TaskReport?, isDamaged: Bool) {
        self.claim = claim
        self.steps = steps
        self.report = report
        self.isDamaged = isDamaged
    }
}

/// What a journal holds.
package struct JournalCounts: Sendable, Hashable {
    /// Claims that are not closed.
    package var open: Int
    /// Closed claims in the history.
    package var history: Int
    /// Records that could not be read, moved aside.
    package var quarantined: Int

    /// Counts of these parts.
    package init(open: Int, history: Int, quarantined: Int) {
        self.open = open
        self.history = history
        self.quarantined = quarantined
    }
}
