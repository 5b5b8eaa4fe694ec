extension LeftOverTool {
    /// Whether it is sure that nothing of the tool of `folder` runs and that nothing can be started there any more. Changes nothing.
    ///
    /// `false` says only that it is not sure: a supervisor is at work, processes of the tool are left, or the folder cannot be
    /// understood.
    package static func isOver(folder path: String) -> Bool {
        let folder = ToolFolder(path)
        guard folder.exists else { return true }
        do {
            // In this order: a supervisor writes its record and then lets go of the lock.
            if try FolderLock.isHeld(in: folder) { return false }
            guard let started = try StartRecord.load(folder: path) else { return folder.isSpent }
            if started.bootId != StartRecord.currentBootId() { return true }
            if let exit = try ExitRecord.load(folder: path) { return exit.survivors.isEmpty }
            let isPopulated = started.cgroup.map { ToolCgroup($0).isPopulated } ?? false
            return !isPopulated && remains(of: started, known: []).isEmpty
        } catch {
            return false
        }
    }
}
