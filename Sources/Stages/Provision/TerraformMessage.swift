/// One line of Terraform's JSON output: the fields that are read. All are optional, as later versions add types.
struct TerraformMessage: Decodable {
    struct Diagnostic: Decodable {
        struct Range: Decodable {
            struct Position: Decodable {
                var line: Int
            }
            var filename: String
            var start: Position?
        }
        var severity: String?
        var summary: String?
        var detail: String?
        var address: String?
        var range: Range?
    }

    struct Changes: Decodable {
        var add: Int?
        var change: Int?
        var remove: Int?
        var operation: String?
    }

    struct Hook: Decodable {
        struct Resource: Decodable {
            var addr: String?
        }
        var resource: Resource?
    }

    var type: String?
    var message: String?
    var terraform: String?
    var tofu: String?
    var ui: String?
    var diagnostic: Diagnostic?
    var changes: Changes?
    var hook: Hook?

    private enum CodingKeys: String, CodingKey {
        case message = "@message"
        case type, terraform, tofu, ui, diagnostic, changes, hook
    }
}
