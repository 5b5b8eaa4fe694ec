import Glibc

/// Removes a file.
func removeFile(_ path: String) { _ = unsafe unlink(path) }

/// Closes a descriptor.
func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

/// Holds up a server's thread; part of what the server does, not of when the test looks.
func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }
