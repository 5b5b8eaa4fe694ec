import FoundationEssentials
import Pipeline

/// The auditor's waiver file (https://docs.chef.io/inspec/waivers/).
///
/// Every control is run all the same: whether its waiver holds is this stage's verdict, and the report shows what failed.
enum WaiverFile {
    /// The file's text. Dates stand without quotes, as YAML dates; other texts are JSON strings, which YAML reads as they are.
    static func text(_ waivers: [Waiver]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        var text = "---\n"
        for waiver in waivers {
            let control = String(decoding: try encoder.encode(waiver.control), as: UTF8.self)
            let justification = String(decoding: try encoder.encode(waiver.justification), as: UTF8.self)
            text +=
                "\(control):\n  expiration_date: \(waiver.expires)\n  run: true\n  justification: \(justification)\n"
        }
        return text
    }
}
