import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

struct CatalogueFolderTests {
    private let folder: TemporaryFolder
    private let catalogue: CatalogueFolder

    init() throws {
        folder = try TemporaryFolder()
        catalogue = CatalogueFolder(
            directory: folder.path + "/packer",
            noun: "Packer template",
            failure: .bakeryTemplateInvalid
        )
        try folder.write("packer/base/a.pkr.hcl", "a")
        try folder.write("packer/base/scripts/run.sh", "#!/bin/sh")
        try folder.write("packer/base/required_plugins.pkr.hcl", "packer {}")
        try folder.write("packer/base/.terraform/left.txt", "left")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755],
            ofItemAtPath: folder.path + "/packer/base/scripts/run.sh"
        )
    }

    private func mode(_ path: String) throws -> String {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = try #require(attributes[.posixPermissions].flatMap { Int("\($0)") })
        return String(mode, radix: 8)
    }

    @Test func `a copy is private, keeps what can be run, and leaves behind what tools left`() throws {
        let target = folder.path + "/work/packer"
        try catalogue.copy("base", to: target, skipping: ["required_plugins.pkr.hcl"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: target).sorted() == ["a.pkr.hcl", "scripts"])
        #expect(try mode(target) == "700")
        #expect(try mode(target + "/a.pkr.hcl") == "600")
        #expect(try mode(target + "/scripts/run.sh") == "700")
    }

    @Test func `a stage that runs again from its top leaves the folder to the tool that may be at work in it`() throws {
        let target = folder.path + "/work/packer"
        try catalogue.copy("base", to: target)
        let before = try FileManager.default.attributesOfItem(atPath: target)[.systemFileNumber] as? Int
        try folder.write("work/packer/made-by-tool", "made")
        try folder.write("packer/base/a.pkr.hcl", "changed")
        try catalogue.copy("base", to: target)
        #expect(try FileManager.default.attributesOfItem(atPath: target)[.systemFileNumber] as? Int == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: target).sorted() == [
                "a.pkr.hcl", "made-by-tool", "required_plugins.pkr.hcl", "scripts",
            ]
        )
        #expect(try String(contentsOfFile: target + "/a.pkr.hcl", encoding: .utf8) == "a")
    }

    @Test func `a copy that was not finished is made anew`() throws {
        try folder.write("work/packer.unfinished/stale", "stale")
        try catalogue.copy("base", to: folder.path + "/work/packer")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/work") == ["packer"])
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/work/packer/stale"))
    }

    @Test(arguments: ["absent", "../packer/base", "base/scripts", ".", "..", "", "/etc", ".hidden", "a b"])
    func `what is not one folder of the catalogue is refused with a list of those there are`(name: String) throws {
        let failure = #expect(throws: TaskFailure.self) { try catalogue.copy(name, to: folder.path + "/work/x") }
        #expect(failure?.error == "Bakery.TemplateInvalid")
        #expect(failure?.next.contains("base") == true)
    }

    @Test(arguments: ["/etc/hostname", "../../secret", "/nowhere-at-all"])
    func `a link that leads out of the folder is refused`(destination: String) throws {
        try folder.write("secret", "secret")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/packer/base/link",
            withDestinationPath: destination
        )
        let failure = #expect(throws: TaskFailure.self) { try catalogue.copy("base", to: folder.path + "/work/x") }
        #expect(failure?.message.contains("/base/link") == true)
    }

    @Test func `a link inside the folder is followed, a loop ends`() throws {
        let base = folder.path + "/packer/base"
        try FileManager.default.createSymbolicLink(atPath: base + "/b.pkr.hcl", withDestinationPath: "a.pkr.hcl")
        try catalogue.copy("base", to: folder.path + "/work/x")
        #expect(try String(contentsOfFile: folder.path + "/work/x/b.pkr.hcl", encoding: .utf8) == "a")
        try FileManager.default.createSymbolicLink(atPath: base + "/scripts/again", withDestinationPath: ".")
        #expect(throws: TaskFailure.self) { try catalogue.copy("base", to: folder.path + "/work/y") }
    }
}
