import Dispatch
import Glibc
import Synchronization

/// What the disk allows: the fsyncs of one journalled task, again and again, and nothing else.
///
/// A task costs five: the claim's file, its folder and the folder above it; the outcome's file and its folder
/// (`FileJournal.claim` and `.outcome`). Files and folders are changed before each, so that there is something to write.
struct FsyncLoop {
    let threads: Int
    let seconds: Int

    /// Measures, and prints `figure: fsync loop tasks/s = …`.
    func run() throws {
        let folder = try PrivateFolder()
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let group = DispatchGroup()
        let queue = DispatchQueue(label: "fsyncs", attributes: .concurrent)
        withExtendedLifetime(folder) {
            for thread in 0..<threads {
                queue.async(group: group) {
                    var number = 0
                    while ContinuousClock.now < end, Self.task("\(folder.path)/\(thread)-\(number)", above: folder.path)
                    {
                        number += 1
                    }
                    _ = SharedCount.tasks.add(number, ordering: .relaxed)
                }
            }
            group.wait()
        }
        let span = ContinuousClock.now - start
        let rate = Double(SharedCount.tasks.load(ordering: .relaxed)) / (span / .seconds(1))
        print("figure: fsync loop tasks/s = \(Int(rate))")
    }

    private static func task(_ folder: String, above: String) -> Bool {
        let (claim, outcome) = (folder + "/claim", folder + "/outcome")
        guard unsafe mkdir(folder, 0o700) == 0, write(claim + ".new"), unsafe rename(claim + ".new", claim) == 0,
            sync(folder),
            sync(above), write(outcome + ".new"), unsafe rename(outcome + ".new", outcome) == 0, sync(folder)
        else { return false }
        return unsafe unlink(claim) == 0 && unlink(outcome) == 0 && rmdir(folder) == 0
    }

    private static func write(_ path: String) -> Bool {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: 0x61, count: 1200)
        return unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
    }

    private static func sync(_ folder: String) -> Bool {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}

/// Tasks of all threads of the fsync loop.
private enum SharedCount {
    static let tasks = Atomic(0)
}
