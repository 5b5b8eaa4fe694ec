import FoundationEssentials
import Stages
import TestSupport
import Testing

struct DeclaredVariablesTests {
    @Test(arguments: [
        ("variable \"a\" {}", ["a"]),
        ("variable a {\n}\nvariable \"b-c_1\" {\n type = string\n}", ["a", "b-c_1"]),
        ("# variable \"no\" {}\n// variable \"no\" {}\n/* variable \"no\" {} */ variable \"yes\" {}", ["yes"]),
        ("variable \"a\" { default = \"}\" }\nvariable \"b\" {}", ["a", "b"]),
        ("variable \"a\" { default = \"${foo(\"}\")} {\" }\nvariable \"b\" {}", ["a", "b"]),
        ("variable \"a\" { default = \"$${\" }\nvariable \"b\" {}", ["a", "b"]),
        ("variable \"a\" { default = \"\\\"{\" }\nvariable \"b\" {}", ["a", "b"]),
        ("variable \"a\" {\n default = <<EOT\nvariable \"no\" {\nEOT\n}\nvariable \"b\" {}", ["a", "b"]),
        ("variable \"a\" {\n default = <<-EOT\n   { \n   EOT\n}\nvariable \"b\" {}", ["a", "b"]),
        ("locals {\n variable = { \"no\" = {} }\n}\nresource \"x\" \"variable\" { variable \"no\" {} }", []),
        ("x = variable\nvariable \"a\" { validation { condition = var.a != \"\" } }", ["a"]),
        ("variable \"a\" { # }\n}\nvariable \"b\" {}", ["a", "b"]),
        ("variable \"cut", []), ("variable \"cut\" {", ["cut"]), ("", []), ("<<", []), ("\"${", []),
        ("variable \"a\" { \"\\", ["a"]),
    ])
    func `variables of an HCL file are found at its top level only`(text: String, names: [String]) {
        #expect(DeclaredVariables.names(inHCL: Array(text.utf8)) == Set(names))
    }

    @Test(arguments: [
        ("{\"variable\": {\"a\": {}, \"b\": {}}}", ["a", "b"]),
        ("{\"variable\": [{\"a\": {}}, {\"b\": {}}]}", ["a", "b"]),
        ("{\"resource\": {}}", []), ("not json", []),
    ])
    func `variables of a JSON file are found`(text: String, names: [String]) {
        #expect(DeclaredVariables.names(inJSON: Data(text.utf8)) == Set(names))
    }

    @Test func `only files of the given endings in the folder itself count`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.pkr.hcl", "variable \"a\" {}")
        try folder.write("b.pkr.hcl.json", "{\"variable\": {\"b\": {}}}")
        try folder.write("c.hcl", "variable \"c\" {}")
        try folder.write("sub/d.pkr.hcl", "variable \"d\" {}")
        #expect(try DeclaredVariables.names(in: folder.path, suffixes: [".pkr.hcl"]) == ["a", "b"])
    }
}
