import FoundationEssentials

/// The files of a claim: versioned JSON, indented, readable with `cat`.
enum JournalDocument {
    /// The version this code writes, and the only one it trusts.
    static let schema = 2

    /// `claim.json`.
    struct Claim: Codable {
        var schema: Int
        var id: String
        var stage: String
        var activity: String
        var claimed: String
        var claimedMilliseconds: Int64
        var boot: String
        var receivedMilliseconds: Int64
        var token: String
        var input: String

        init(_ record: ClaimRecord) {
            schema = JournalDocument.schema
            id = record.id
            stage = record.stage
            activity = record.activity
            claimed = JournalDocument.time(record.claimedMilliseconds)
            claimedMilliseconds = record.claimedMilliseconds
            boot = record.boot
            receivedMilliseconds = record.received.sinceBoot.wholeMilliseconds
            token = record.token.secretValue
            input = record.input
        }

        var record: ClaimRecord {
            ClaimRecord(
                id: id,
                stage: stage,
                activity: activity,
                claimedMilliseconds: claimedMilliseconds,
                token: TaskToken(token),
                input: input,
                boot: boot,
                received: BootInstant(sinceBoot: .milliseconds(receivedMilliseconds))
            )
        }
    }

    /// One file of `steps/`.
    struct Step: Codable {
        var schema: Int
        var kind: StepRecord.Kind
        var name: String
        var inputs: String
        var result: String?
        var recorded: String
        var recordedMilliseconds: Int64

        init(_ record: StepRecord) {
            schema = JournalDocument.schema
            kind = record.kind
            name = record.name
            inputs = record.inputs
            result = record.result
            recorded = JournalDocument.time(record.recordedMilliseconds)
            recordedMilliseconds = record.recordedMilliseconds
        }

        var record: StepRecord {
            StepRecord(
                kind: kind,
                name: name,
                inputs: inputs,
                result: result,
                recordedMilliseconds: recordedMilliseconds
            )
        }
    }

    /// `outcome.json`: either `output`, or `error` and `cause`.
    struct Outcome: Codable {
        var schema: Int
        var recorded: String
        var output: String?
        var error: String?
        var cause: String?

        init(_ report: TaskReport, atMilliseconds: Int64) {
            schema = JournalDocument.schema
            recorded = JournalDocument.time(atMilliseconds)
            switch report {
            case .success(let text): output = text
            case .failure(let failure): (error, cause) = (failure.error, failure.cause)
            }
        }

        var report: TaskReport? {
            if let output { return .success(output: output) }
            guard let error, let cause else { return nil }
            return .failure(FailureCause(error: error, cause: cause))
        }
    }

    /// One file of `history/`: no token, no input, no output.
    struct Ending: Codable {
        var schema: Int
        var claim: String
        var stage: String
        var task: String?
        var execution: String?
        var claimed: String
        var closed: String
        var ending: String
        var attempts: Int

        init(_ claim: ClaimRecord, _ closing: ClosingRecord) {
            schema = JournalDocument.schema
            self.claim = claim.id
            stage = claim.stage
            task = closing.task
            execution = closing.execution
            claimed = JournalDocument.time(claim.claimedMilliseconds)
            closed = JournalDocument.time(closing.closedMilliseconds)
            ending = closing.ending.description
            attempts = closing.attempts
        }
    }

    /// The file's bytes.
    static func encode(_ document: some Encodable) throws(JournalError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return try Array(encoder.encode(document)) + [0x0A]
        } catch {
            throw JournalError(.system, "a journal record cannot be written as JSON: \(error)")
        }
    }

    /// The document in `bytes`, if it is one of this schema.
    static func decode<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8]) -> Document? {
        let data = Data(bytes)
        guard let probe = try? JSONDecoder().decode(SchemaProbe.self, from: data), probe.schema == schema else {
            return nil
        }
        return try? JSONDecoder().decode(Document.self, from: data)
    }

    /// The document in `bytes`, whatever its schema.
    static func plain<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8]) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(bytes))
    }

    /// The value of the first `"token"` member in bytes that are no document of this schema: enough to fail the task by.
    static func salvageToken(_ bytes: [UInt8]) -> String? {
        if let probe = try? JSONDecoder().decode(TokenProbe.self, from: Data(bytes)) { return usable(probe.token) }
        let key = Array("\"token\"".utf8)
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: key) }) else { return nil }
        let rest = bytes[(start + key.count)...].drop { $0 == 0x20 || $0 == 0x3A }
        guard rest.first == 0x22, let end = rest.dropFirst().firstIndex(of: 0x22) else { return nil }
        return usable(String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self))
    }

    private struct SchemaProbe: Decodable { var schema: Int }
    private struct TokenProbe: Decodable { var token: String }

    private static func usable(_ token: String) -> String? {
        (1...2048).contains(token.utf8.count) && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? token : nil
    }

    /// ISO 8601 in UTC, to the millisecond.
    static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted)
        )
    }
}
