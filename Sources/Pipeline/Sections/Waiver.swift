/// A control that may fail until a date.
package struct Waiver: Sendable, Hashable, Codable {
    /// Control id.
    package var control: String
    /// Last day it holds, `YYYY-MM-DD`.
    package var expires: String
    /// Why, and who accepted it.
    package var justification: String

    /// A value of these parts.
    package init(control: String, expires: String, justification: String) {
        self.control = control
        self.expires = expires
        self.justification = justification
    }
}
