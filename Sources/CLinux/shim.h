// Linux calls that Swift's Glibc module hides or cannot express, as typed inline wrappers.
// Every wrapper returns -errno on failure, so that no caller reads errno after the runtime has had a chance to change it.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#ifndef F_OFD_GETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif
#define CLINUX_P_PIDFD 3

/// Words for a positive errno; static storage, unlike strerror's. NULL for an unknown number.
static inline const char *clinux_error_text(int number) {
    return strerrordesc_np(number);
}

/// Opens a pidfd for a process. The caller checks afterwards that the number still means the process it wants.
static inline int clinux_pidfd_open(pid_t pid) {
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd;
}

/// Signals exactly the process behind the pidfd, never a later one with the same number.
static inline int clinux_pidfd_send_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

/// How a child ended.
struct clinux_wait_result {
    /// Exit status, or the signal's number when `signalled`.
    int value;
    int signalled;
    /// Negative errno, or 0.
    int error;
};

/// Waits for the child behind the pidfd; with `reap` 0 it stays a zombie, so that its number stays taken.
static inline struct clinux_wait_result clinux_wait(int pidfd, int reap) {
    struct clinux_wait_result result = {0, 0, 0};
    siginfo_t info;
    memset(&info, 0, sizeof info);
    int rc;
    do {
        rc = waitid((idtype_t)CLINUX_P_PIDFD, (id_t)pidfd, &info, WEXITED | (reap ? 0 : WNOWAIT));
    } while (rc < 0 && errno == EINTR);
    if (rc < 0) {
        result.error = -errno;
        return result;
    }
    result.value = info.si_status;
    result.signalled = info.si_code != CLD_EXITED;
    return result;
}

/// Reaps the child with this number if it has exited; 1 when it was reaped, else 0.
static inline int clinux_reap(pid_t pid) {
    return waitpid(pid, NULL, WNOHANG) == pid;
}

/// A child that has exited, or 0; it stays a zombie.
static inline pid_t clinux_exited_child(void) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return 0;
    return info.si_pid;
}

/// Orphaned descendants become this process's children. Negative errno, or 0.
static inline int clinux_become_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/// Blocks every signal for the calling thread and those it starts.
static inline void clinux_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

/// Takes the exclusive lock of the open file (an open file description lock: it ends with the last descriptor of this opening, so
/// with the process) without waiting. 0, or -EAGAIN when another has it, or another negative errno.
static inline int clinux_lock(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

/// 1 when somebody else's lock keeps the file, 0 when nobody's does, or a negative errno. Takes nothing.
static inline int clinux_is_locked(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_GETLK, &lock) < 0) return -errno;
    return lock.l_type != F_UNLCK;
}

/// Version of the kernel's Landlock, 0 where it has none.
static inline int clinux_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0UL, 1U);
    return version < 0 ? 0 : (int)version;
}

/// A rule set that denies the file-system rights of `handled` except where a rule allows them; a descriptor, or a negative errno.
/// The kernel's struct in its first form: 64 bits of rights. https://docs.kernel.org/userspace-api/landlock.html
static inline int clinux_landlock_create(uint64_t handled) {
    uint64_t attributes[1] = {handled};
    long fd = syscall(SYS_landlock_create_ruleset, attributes, sizeof attributes, 0U);
    return fd < 0 ? -errno : (int)fd;
}

/// Allows `rights` at and beneath the open `path_fd`. Negative errno, or 0.
static inline int clinux_landlock_allow(int ruleset, int path_fd, uint64_t rights) {
    struct {
        uint64_t allowed;
        int32_t parent;
    } __attribute__((packed)) rule = {rights, path_fd};
    return syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0U) < 0 ? -errno : 0;
}

/// What a child is made of. All pointers are borrowed until `clinux_spawn` returns.
struct clinux_spawn_request {
    const char *path;
    char *const *argv;
    char *const *envp;
    const char *directory;
    /// Become descriptors 0, 1 and 2.
    int input;
    int output;
    int error_output;
    /// `cgroup.procs` of the group that the child joins, open for writing; -1 for none.
    int cgroup;
    /// Landlock rule set that confines the child; -1 for none.
    int ruleset;
};

/// Where in the child a start failed; the names are in `SpawnStep`.
enum clinux_spawn_step {
    CLINUX_STEP_NONE = 0,
    CLINUX_STEP_PIPE = 1,
    CLINUX_STEP_CLONE = 2,
    CLINUX_STEP_SESSION = 3,
    CLINUX_STEP_PARENT = 4,
    CLINUX_STEP_DIRECTORY = 5,
    CLINUX_STEP_DESCRIPTORS = 6,
    CLINUX_STEP_EXEC = 7,
    CLINUX_STEP_CGROUP = 8,
    CLINUX_STEP_LANDLOCK = 9,
};

struct clinux_spawn_result {
    pid_t pid;
    /// Close-on-exec; owned by the caller when `error` is 0.
    int pidfd;
    /// Ends of the pipes that `clinux_spawn_release` and `clinux_spawn_abandon` use up.
    int gate;
    int report;
    int step;
    int error;
};

static inline void clinux_child_fail(int pipe, int step, int error) {
    int report[2] = {step, error};
    ssize_t written = write(pipe, report, sizeof report);
    (void)written;
    _exit(127);
}

/// The child's side, between clone and exec: only async-signal-safe calls, no allocation, no return.
static inline void clinux_child_run(const struct clinux_spawn_request *request, int gate, int report, pid_t parent) {
    if (setsid() < 0) clinux_child_fail(report, CLINUX_STEP_SESSION, errno);
    // Tied to the *thread* that called clone: the caller spawns from a thread that never ends.
    if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0) clinux_child_fail(report, CLINUX_STEP_PARENT, errno);
    if (getppid() != parent) _exit(127);  // the supervisor died before prctl took effect
    // Before it can have children: they are born into the group.
    if (request->cgroup >= 0 && write(request->cgroup, "0", 1) != 1) clinux_child_fail(report, CLINUX_STEP_CGROUP, errno);
    // The kernel's struct, all zero: SIG_DFL, no flags. The raw call, as the C library refuses to touch signals 32 and 33.
    uint64_t action[4] = {0, 0, 0, 0};
    for (int signal = 1; signal <= 64; signal++) syscall(SYS_rt_sigaction, signal, action, NULL, 8UL);
    // A core file would hold the tool's secrets.
    // By number, as <sys/resource.h> cannot be imported beside Glibc's own module: RLIMIT_CORE is 4, RLIMIT_NOFILE 7.
    uint64_t limit[2] = {0, 0};
    syscall(SYS_prlimit64, 0, 4, limit, NULL);
    // When memory runs out the tool goes, and not its supervisor or the daemon, whose low score it would inherit.
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        ssize_t written = write(score, "200", 3);
        (void)written;
        close(score);
    }
    if (chdir(request->directory) < 0) clinux_child_fail(report, CLINUX_STEP_DIRECTORY, errno);
    if (dup2(request->input, 0) < 0 || dup2(request->output, 1) < 0 || dup2(request->error_output, 2) < 0)
        clinux_child_fail(report, CLINUX_STEP_DESCRIPTORS, errno);
    // Close-on-exec rather than close: the pipes are needed until exec has succeeded.
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) < 0) {
        // Before Linux 5.11.
        long most = syscall(SYS_prlimit64, 0, 7, NULL, limit) == 0 && limit[1] < (1U << 20) ? (long)limit[1] : 1L << 20;
        for (long fd = 3; fd < most; fd++) fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    }
    // Nothing runs before it is on record. SIGTERM is still blocked here, but the end of the supervisor ends the pipe.
    char go = 0;
    ssize_t count;
    do {
        count = read(gate, &go, 1);
    } while (count < 0 && errno == EINTR);
    if (count != 1) _exit(127);
    if (request->ruleset >= 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_landlock_restrict_self, request->ruleset, 0U) < 0)
            clinux_child_fail(report, CLINUX_STEP_LANDLOCK, errno);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // A file that was written a moment ago may still be open for writing in another thread's child that has not executed yet.
    for (int attempt = 0; attempt < 20; attempt++) {
        execve(request->path, request->argv, request->envp);
        if (errno != ETXTBSY) break;
        struct timespec pause = {0, 10 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
    clinux_child_fail(report, CLINUX_STEP_EXEC, errno);
}

/// A close-on-exec pipe with both ends above 2.
static inline int clinux_high_pipe(int ends[2]) {
    int low[2];
    if (pipe2(low, O_CLOEXEC) < 0) return -errno;
    for (int i = 0; i < 2; i++) ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
    int error = ends[0] < 0 || ends[1] < 0 ? -errno : 0;
    for (int i = 0; i < 2; i++) {
        close(low[i]);
        if (error && ends[i] >= 0) close(ends[i]);
        if (error) ends[i] = -1;
    }
    return error;
}

/// Makes a child in a session of its own, with nothing inherited but the three descriptors, and SIGTERM to it when the calling
/// *thread* ends. It executes its program after `clinux_spawn_release`, and ends without after `clinux_spawn_abandon`, or when this
/// process ends.
///
/// clone rather than fork, for a pidfd that is made with the child and so can never mean another process; clone rather than
/// clone3, which systemd's RestrictNamespaces= answers with ENOSYS. Address space is copied, not shared.
static inline struct clinux_spawn_result clinux_spawn(const struct clinux_spawn_request *request) {
    struct clinux_spawn_result result = {0, -1, -1, -1, CLINUX_STEP_NONE, 0};
    struct clinux_spawn_request child = *request;
    int gate[2] = {-1, -1};
    int report[2] = {-1, -1};
    // Above 2, so that none of the child's dup2 calls overwrites a source, and close-on-exec is lost on the copies alone.
    child.input = fcntl(request->input, F_DUPFD_CLOEXEC, 3);
    child.output = fcntl(request->output, F_DUPFD_CLOEXEC, 3);
    child.error_output = fcntl(request->error_output, F_DUPFD_CLOEXEC, 3);
    if (request->cgroup >= 0) child.cgroup = fcntl(request->cgroup, F_DUPFD_CLOEXEC, 3);
    if (request->ruleset >= 0) child.ruleset = fcntl(request->ruleset, F_DUPFD_CLOEXEC, 3);
    int missing = (request->cgroup >= 0 && child.cgroup < 0) || (request->ruleset >= 0 && child.ruleset < 0);
    if (child.input < 0 || child.output < 0 || child.error_output < 0 || missing) {
        result.error = errno;
    } else {
        result.error = -clinux_high_pipe(gate);
        if (result.error == 0) result.error = -clinux_high_pipe(report);
    }
    if (result.error != 0) {
        result.step = CLINUX_STEP_PIPE;
    } else {
        // No handler of the daemon's may run in the child: all signals stay blocked until the child has reset them.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        pid_t parent = getpid();
        long pid = syscall(SYS_clone, (unsigned long)(CLONE_PIDFD | SIGCHLD), 0UL, &result.pidfd, 0UL, 0UL);
        if (pid == 0) {
            // Or the child itself would keep its gate from ending.
            close(gate[1]);
            clinux_child_run(&child, gate[0], report[1], parent);
        }
        int clone_error = errno;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (pid < 0) {
            result.pidfd = -1;
            result.step = CLINUX_STEP_CLONE;
            result.error = clone_error;
        } else {
            result.pid = (pid_t)pid;
            result.gate = gate[1];
            result.report = report[0];
            gate[1] = -1;
            report[0] = -1;
        }
    }
    int leftover[9] = {child.input, child.output, child.error_output, gate[0],      gate[1],
                       report[0],   report[1],    child.cgroup,       child.ruleset};
    for (int i = 0; i < 9; i++)
        if (leftover[i] >= 0) close(leftover[i]);
    return result;
}

/// Lets the child execute its program, and returns when that has succeeded or failed; a failed child is reaped, its pidfd closed.
static inline void clinux_spawn_release(struct clinux_spawn_result *spawned) {
    char go = 1;
    ssize_t count;
    do {
        count = write(spawned->gate, &go, 1);  // EPIPE: the child has failed already, and says why
    } while (count < 0 && errno == EINTR);
    close(spawned->gate);
    int report[2] = {0, 0};
    do {
        count = read(spawned->report, report, sizeof report);
    } while (count < 0 && errno == EINTR);
    close(spawned->report);
    spawned->gate = spawned->report = -1;
    if (count == (ssize_t)sizeof report) {
        clinux_wait(spawned->pidfd, 1);
        close(spawned->pidfd);
        spawned->pidfd = -1;
        spawned->step = report[0];
        spawned->error = report[1];
    }
}

/// Ends a child that was not released.
static inline void clinux_spawn_abandon(struct clinux_spawn_result *spawned) {
    close(spawned->gate);
    close(spawned->report);
    clinux_wait(spawned->pidfd, 1);
    close(spawned->pidfd);
    spawned->gate = spawned->report = spawned->pidfd = -1;
}

/// What became of a program that was started to outlive this process.
struct clinux_detached {
    pid_t pid;
    /// Positive errno of the step that failed, or 0.
    int error;
};

/// Both sides of `clinux_start_detached`'s report: the program's number, or why there is none.
struct clinux_detached_report {
    int is_error;
    int value;
};

static inline void clinux_detached_tell(int report, int is_error, int value) {
    struct clinux_detached_report message = {is_error, value};
    ssize_t written = write(report, &message, sizeof message);
    (void)written;
}

/// The middle process: a session of its own, nothing inherited, and the program as an orphan.
static inline void clinux_detached_run(const char *path, char *const *argv, char *const *envp, int errors, int report) {
    setsid();
    uint64_t action[4] = {0, 0, 0, 0};
    for (int signal = 1; signal <= 64; signal++) syscall(SYS_rt_sigaction, signal, action, NULL, 8UL);
    uint64_t limit[2] = {0, 0};
    syscall(SYS_prlimit64, 0, 4, limit, NULL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0 || chdir("/") < 0) {
        clinux_detached_tell(report, 1, errno);
        _exit(127);
    }
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) < 0) {
        long most = syscall(SYS_prlimit64, 0, 7, NULL, limit) == 0 && limit[1] < (1U << 20) ? (long)limit[1] : 1L << 20;
        for (long fd = 3; fd < most; fd++) fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    }
    long pid = syscall(SYS_clone, (unsigned long)SIGCHLD, 0UL, 0UL, 0UL, 0UL);
    if (pid != 0) {
        clinux_detached_tell(report, pid < 0, pid < 0 ? errno : (int)pid);
        _exit(0);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, argv, envp);
    clinux_detached_tell(report, 1, errno);
    _exit(127);
}

/// Starts a program that is no child of this process: forked twice, in a session of its own, with `errors` as its standard error and
/// no other descriptor. Returns once it executes, or with why it does not. `path` may be `/proc/self/exe`.
static inline struct clinux_detached clinux_start_detached(
    const char *path, char *const *argv, char *const *envp, int errors
) {
    struct clinux_detached result = {0, 0};
    int report[2];
    result.error = -clinux_high_pipe(report);
    if (result.error != 0) return result;
    // Above 2, or dup2 in the child could overwrite it.
    int high = fcntl(errors, F_DUPFD_CLOEXEC, 3);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int pidfd = -1;
    long pid = high < 0 ? -1 : syscall(SYS_clone, (unsigned long)(CLONE_PIDFD | SIGCHLD), 0UL, &pidfd, 0UL, 0UL);
    if (pid == 0) clinux_detached_run(path, argv, envp, high, report[1]);
    int clone_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (high >= 0) close(high);
    if (pid < 0) {
        close(report[0]);
        result.error = clone_error;
        return result;
    }
    // Ends when the program has executed, which closes its end.
    struct clinux_detached_report message;
    while (1) {
        ssize_t count = read(report[0], &message, sizeof message);
        if (count < 0 && errno == EINTR) continue;
        if (count != (ssize_t)sizeof message) break;
        if (message.is_error) result.error = message.value;
        else result.pid = (pid_t)message.value;
    }
    close(report[0]);
    clinux_wait(pidfd, 1);
    close(pidfd);
    if (result.pid == 0 && result.error == 0) result.error = ECHILD;
    return result;
}
