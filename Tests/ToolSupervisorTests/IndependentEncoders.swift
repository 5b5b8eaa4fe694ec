import Foundation

/// Encoders written apart from the redactor's own, after the programs whose output it has to understand.
enum IndependentEncoders {
    /// Every form of the design page, by name.
    static func forms(of secret: String) -> [(name: String, text: String)] {
        var forms: [(String, String)] = [("raw", secret)]
        let bytes = Data(secret.utf8)
        for (prefix, suffix) in [
            ("", ""), ("a", ""), ("ab", ""), ("", "z"), ("a", "zz"), ("user:", "\n"), ("0123", "45678"),
        ] {
            let wrapped = (Data(prefix.utf8) + bytes + Data(suffix.utf8))
            let standard = wrapped.base64EncodedString()
            let safe = standard.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            for (kind, text) in [("standard", standard), ("safe", safe)] {
                forms.append(("base64 \(kind) \(prefix)…\(suffix)", text))
                forms.append(
                    ("base64 \(kind) unpadded \(prefix)…\(suffix)", text.replacingOccurrences(of: "=", with: ""))
                )
            }
            forms.append(("base64 wrapped", wrapped.base64EncodedString(options: .lineLength64Characters)))
        }
        for upper in [true, false] {
            for plus in [true, false] {
                for unreserved in ["-._~", "-_.!~*'()", "-._~$&+:=@", "-._~/", "*-._"]
                where !(plus && unreserved.contains("+")) {
                    let text = percent(secret, unreserved: unreserved, upper: upper, plus: plus)
                    forms.append(("URL \(unreserved) upper \(upper) plus \(plus)", text))
                    forms.append(("URL twice", percent(text, unreserved: unreserved, upper: upper, plus: false)))
                }
            }
        }
        for options in 0..<16 {
            let text = json(
                secret,
                html: options & 1 != 0,
                ascii: options & 2 != 0,
                slashes: options & 4 != 0,
                upper: options & 8 != 0
            )
            forms.append(("JSON \(options)", text))
            forms.append(
                ("JSON in JSON \(options)", json(text, html: false, ascii: false, slashes: false, upper: false))
            )
            forms.append(("Packer of JSON \(options)", packer(text)))
            forms.append(
                (
                    "base64 of JSON",
                    Data(
                        json(secret, html: options & 1 != 0, ascii: options & 2 != 0, slashes: false, upper: false).utf8
                    ).base64EncodedString()
                )
            )
        }
        forms.append(("Packer", packer(secret)))
        forms.append(("XML", xml(secret)))
        var seen: Set<String> = []
        return forms.filter { seen.insert($0.1).inserted }
    }

    /// Go's `packer` machine-readable escapes.
    static func packer(_ text: String) -> String {
        text.replacingOccurrences(of: ",", with: "%!(PACKER_COMMA)")
            .replacingOccurrences(of: "\r", with: "\\r").replacingOccurrences(of: "\n", with: "\\n")
    }

    static func xml(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
            .replacingOccurrences(of: "'", with: "&#39;")
    }

    static func percent(_ text: String, unreserved: String, upper: Bool, plus: Bool) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                byte < 0x80
                && (Character(scalar).isLetter || Character(scalar).isNumber
                    || unreserved.unicodeScalars.contains(scalar))
            if isPlain {
                result.unicodeScalars.append(scalar)
            } else if plus, byte == 0x20 {
                result += "+"
            } else {
                result += String(format: upper ? "%%%02X" : "%%%02x", Int(byte))
            }
        }
        return result
    }

    static func json(_ text: String, html: Bool, ascii: Bool, slashes: Bool, upper: Bool) -> String {
        var result = ""
        func unicode(_ unit: UInt16) { result += String(format: upper ? "\\u%04X" : "\\u%04x", Int(unit)) }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "/" where slashes: result += "\\/"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "<" where html, ">" where html, "&" where html: unicode(UInt16(scalar.value))
            default:
                if scalar.value < 0x20 || (ascii && scalar.value > 0x7e) {
                    for unit in String(scalar).utf16 { unicode(unit) }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
