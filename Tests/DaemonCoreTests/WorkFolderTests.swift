import Foundation
import TestSupport
import Testing

@testable import DaemonCore

struct WorkFolderTests {
    @Test func `a folder is made when it is not there, and has no obstacle`() throws {
        let folder = try TemporaryFolder()
        let work = WorkFolder(path: folder.path + "/a/work")
        #expect(work.defect() == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: work.path) == [])
        #expect(WorkFolder(path: "/proc/nothing").obstacle()?.hasPrefix("it cannot be made") == true)
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "no tmpfs can be mounted here"))
    func `on a full disk folders can still be made, and the obstacle is that it is full`() throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(over: folder.path, mebibytes: 2)
        let work = WorkFolder(path: folder.path)
        #expect(work.obstacle() == nil)
        disk.fill()
        #expect(work.defect() == nil)
        #expect(work.obstacle()?.hasPrefix("it is full: 0 KiB are free") == true)
        try disk.empty()
        #expect(work.obstacle() == nil)
    }
}
