import CSystemd
import Glibc

/// systemd's journal, through libsystemd.
package enum Journal {
    /// Writes one entry. Blocks while journald takes it; large entries travel in a memory file.
    ///
    /// - Returns: 0, or a negative errno. Also 0 when no journald listens: then the entry is lost, so ask `LogDestination` first.
    package static func send(_ fields: [JournalField]) -> Int32 {
        var bytes: [UInt8] = []
        var lengths: [Int] = []
        for field in fields {
            let start = bytes.count
            bytes += Array(field.name.utf8)
            bytes.append(UInt8(ascii: "="))
            bytes += field.value
            lengths.append(bytes.count - start)
        }
        return unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            var vectors: [iovec] = unsafe []
            var offset = 0
            for length in lengths {
                unsafe vectors.append(iovec(iov_base: base + offset, iov_len: length))
                offset += length
            }
            return unsafe sd_journal_sendv(vectors, Int32(vectors.count))
        }
    }
}
