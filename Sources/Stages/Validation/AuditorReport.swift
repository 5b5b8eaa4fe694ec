import FoundationEssentials
package import Pipeline

/// What an InSpec-compatible auditor found, read from its JSON report: the only thing a verdict is made from.
///
/// https://docs.chef.io/inspec/reporters/ (`json`); its exit code only confirms: it is 0 for a profile without a control.
package struct AuditorReport: Sendable, Hashable {
    /// How one control ended.
    package enum Status: String, Sendable, Hashable {
        /// It has results and all passed.
        case passed
        /// A result failed, and no waiver holds.
        case failed
        /// Nothing was tested.
        case skipped
        /// It failed, or was not run, under a waiver that still holds.
        case waived
    }

    /// One control.
    package struct Control: Sendable, Hashable {
        /// Its id.
        package var id: String
        /// Its title, if it has one.
        package var title: String?
        /// 0.0 to 1.0.
        package var impact: Double
        /// How it ended.
        package var status: Status
        /// Messages of the results that failed, or of what was skipped.
        package var messages: [String]
    }

    /// One profile.
    package struct Profile: Sendable, Hashable {
        /// Its name.
        package var name: String
        /// Its version, if it has one.
        package var version: String?
        /// `loaded`, or why it was not run.
        package var status: String
        /// Why, in words.
        package var statusMessage: String?
        /// Its controls.
        package var controls: [Control]
    }

    /// Why a report is no report.
    package struct Unreadable: Error, Sendable, Hashable {
        /// One sentence for a person.
        package let message: String
    }

    /// The profiles, those that a profile depends on included.
    package var profiles: [Profile]

    /// The report in the file that `--reporter json:` wrote.
    ///
    /// - Parameter waivers: the release's waivers by control id. The auditor is given the same; that one of them has expired is
    ///   judged here too, so that a clock or a version of the auditor's cannot stretch it.
    /// - Parameter today: `YYYY-MM-DD`, UTC.
    package init(json: [UInt8], waivers: [Waiver], today: String) throws {
        guard let root = try? JSONDecoder().decode(JSONValue.self, from: Data(json)),
            let list = root["profiles"]?.elements
        else {
            throw Unreadable(message: "The auditor wrote no report with profiles.")
        }
        let holding = Set(waivers.filter { $0.expires >= today }.map(\.control))
        profiles = list.map { profile in
            Profile(
                name: profile["name"]?.text ?? "unnamed",
                version: profile["version"]?.text,
                status: profile["status"]?.text ?? "loaded",
                statusMessage: profile["status_message"]?.text ?? profile["skip_message"]?.text,
                controls: (profile["controls"]?.elements ?? []).map { Control($0, waived: holding) }
            )
        }
    }

    /// Every control once, by id: a profile that includes another's controls reports them twice. The worse one counts.
    package var controls: [Control] {
        var byID: [String: Control] = [:]
        var order: [String] = []
        for control in profiles.flatMap(\.controls) {
            guard let other = byID[control.id] else {
                byID[control.id] = control
                order.append(control.id)
                continue
            }
            if control.status.weight > other.status.weight { byID[control.id] = control }
        }
        return order.compactMap { byID[$0] }
    }
}

extension AuditorReport.Status {
    /// Which of two statuses of one control counts.
    fileprivate var weight: Int {
        switch self {
        case .skipped: 0
        case .passed: 1
        case .waived: 2
        case .failed: 3
        }
    }
}

extension AuditorReport.Control {
    init(_ control: JSONValue, waived: Set<String>) {
        id = control["id"]?.text ?? "unnamed"
        title = control["title"]?.text
        impact = Self.number(control["impact"]) ?? 0.5
        let results = control["results"]?.elements ?? []
        let failed = results.filter { $0["status"]?.text == "failed" }
        let isWaived = waived.contains(id)
        let skippedByWaiver = control["waiver_data"]?["skipped_due_to_waiver"] == .bool(true)
        if !failed.isEmpty {
            status = isWaived ? .waived : .failed
        } else if results.contains(where: { $0["status"]?.text == "passed" }) {
            status = .passed
        } else if skippedByWaiver {
            // Waived by something that the release does not name, or that has expired: then it has not been shown to pass.
            status = isWaived ? .waived : .failed
        } else {
            status = .skipped
        }
        messages = (failed.isEmpty ? results.filter { $0["status"]?.text != "passed" } : failed).map { result in
            let text = result["message"]?.text ?? result["skip_message"]?.text ?? result["exception"]?.text ?? ""
            return [result["code_desc"]?.text ?? "", text.trimmed].filter { !$0.isEmpty }.joined(separator: ": ")
        }
    }

    private static func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .number(let number)?: number
        case .integer(let number)?: Double(number)
        default: nil
        }
    }
}
