// libsystemd, with the calls that Swift cannot make as typed inline wrappers.
#pragma once
#include <stdint.h>
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
