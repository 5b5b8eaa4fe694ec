// A reload that comes too early must not end the daemon: the default action of SIGHUP is the end, and the daemon listens for it only
// once it has read its configuration. So `builderd run` ignores it before any other code of the program runs: before the constructors of
// libraries, Swift's runtime and main. What is left is the time from the fork in systemd to the end of the dynamic loader, which no
// program can shorten for itself: exec keeps an ignored signal ignored, but systemd gives its services the default for every signal but
// SIGPIPE. systemd's own reload waits for READY=1; only a HUP by hand can come so early.
#include "CHangUp.h"

#include <signal.h>
#include <string.h>

static void ignore_hang_up(int argc, char **argv, char **envp) {
    (void)envp;
    // The other subcommands are for terminals, whose end is to end them, and a supervisor blocks every signal itself.
    if (argc > 1 && strcmp(argv[1], "run") == 0) signal(SIGHUP, SIG_IGN);
}

// The dynamic loader calls what stands in this section first of all, with main's arguments.
__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = ignore_hang_up;
