// libsystemd, and the kernel's calls around the journal's socket, with what Swift cannot express as typed inline wrappers.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
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

/// A datagram socket connected to the one at `path`, or -errno. It never blocks. Connected, as only then poll says when the other end has
/// room. The larger buffer is a wish: what the kernel holds of it is still delivered after this process has died.
static inline int csystemd_connect_datagram(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    int size = 8 << 20;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

/// Sends one datagram without blocking; 0 or -errno.
static inline int csystemd_send_datagram(int fd, const void *bytes, size_t count) {
    return send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

/// Sends `bytes` as a sealed memory file in a datagram without blocking, which is how journald takes what is too large for a datagram;
/// 0 or -errno. Control messages are macros, which Swift does not import.
static inline int csystemd_send_memory_file(int fd, const void *bytes, size_t count) {
    int file = memfd_create("builderd-journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -errno;
    int result = 0;
    for (size_t done = 0; done < count;) {
        ssize_t written = write(file, (const char *)bytes + done, count - done);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            result = -errno;
            break;
        }
        done += (size_t)written;
    }
    // journald reads only what nobody can change under it.
    if (result == 0 && fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0) result = -errno;
    if (result == 0) {
        union {
            struct cmsghdr header;
            char room[CMSG_SPACE(sizeof(int))];
        } control;
        memset(&control, 0, sizeof control);
        struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof control};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &file, sizeof file);
        if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) result = -errno;
    }
    close(file);
    return result;
}

/// A counter to wake a thread by, or -errno. Reading and writing it never block.
static inline int csystemd_eventfd(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/// Waits until `event` is readable or, where it is not negative, `writable` is writable, at most so long (-1: for ever). Returns early on
/// a signal: callers look again at what they wait for.
static inline void csystemd_wait(int event, int writable, int milliseconds) {
    struct pollfd list[2] = {{.fd = event, .events = POLLIN}, {.fd = writable, .events = POLLOUT}};
    (void)poll(list, writable < 0 ? 1 : 2, milliseconds);
}
