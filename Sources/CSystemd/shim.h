// libsystemd, with the calls that Swift cannot make as typed inline wrappers, and two of the kernel's that Swift's Glibc module hides.
// No header of the Glibc module's more than libsystemd itself includes (sys/socket.h): which module its declarations belong to would depend
// on the build.
#pragma once
#include <stdint.h>
#include <sys/eventfd.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

/// Calls a method that takes one UINT32. sd_bus_call_method is variadic, which Swift does not import.
static inline int csystemd_bus_call_with_uint32(sd_bus *bus, const char *destination, const char *path, const char *interface,
                                                const char *member, sd_bus_error *error, sd_bus_message **reply,
                                                uint32_t argument) {
    return sd_bus_call_method(bus, destination, path, interface, member, error, reply, "u", argument);
}

/// Reads one OBJECT_PATH, which lives as long as the message. sd_bus_message_read is variadic.
static inline int csystemd_message_read_path(sd_bus_message *message, const char **path) {
    return sd_bus_message_read(message, "o", path);
}

/// Reads one STRUCT of UINT32 and OBJECT_PATH; the path lives as long as the message. sd_bus_message_read is variadic.
static inline int csystemd_message_read_uint32_and_path(sd_bus_message *message, uint32_t *number, const char **path) {
    return sd_bus_message_read(message, "(uo)", number, path);
}

extern int memfd_create(const char *name, unsigned int flags);

/// A memory file that can be sealed, closed on exec; -1 and errno on failure. Its header belongs to Glibc.
static inline int csystemd_memory_file(const char *name) {
    return memfd_create(name, 1u /* MFD_CLOEXEC */ | 2u /* MFD_ALLOW_SEALING */);
}

/// A counter to wake a thread by, which never blocks; -1 and errno on failure.
static inline int csystemd_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
