/* The system calls that a sandboxed process may make: a seccomp filter, where netvane is built with libseccomp. */
#ifndef PROBE_SYSCALLS_H
#define PROBE_SYSCALLS_H

#include <stdbool.h>

enum syscalls_filter {
	SYSCALLS_ANY, /* no filter */
	SYSCALLS_SOME, /* all but those that no ordinary program needs: for a process that starts other programs */
	SYSCALLS_LISTED, /* those that measuring needs, and no other; no program can be started */
};

/*
 * Installs a filter, for good and for all that is started later. A call that it refuses fails with EPERM, and the kernel's audit log says
 * so. With SYSCALLS_LISTED, new Unix sockets are to be had only where `local_sockets` says so: behind one may be a service that starts
 * programs for its user (the session's bus), and no rule about files keeps anybody from connecting. Returns 0, or -1 with errno: ENOSYS where there is no libseccomp in this build or no seccomp in this kernel.
 */
int syscalls_restrict(enum syscalls_filter filter, bool local_sockets);
/*
 * Puts the rules into a filter of libseccomp's (a scmp_filter_ctx), all but those that go by numbers: for tests, which look at other
 * machines' filters. Returns 0, or -1 with errno.
 */
int syscalls_fill(void *scmp_filter, enum syscalls_filter filter, bool local_sockets);

/*
 * LeakSanitizer looks at the memory of its own process from a second one, as a debugger does. So in a build with sanitizers that
 * stays possible.
 */
#if defined(__SANITIZE_ADDRESS__)
#define SYSCALLS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SYSCALLS_SANITIZED 1
#endif
#endif
#ifndef SYSCALLS_SANITIZED
#define SYSCALLS_SANITIZED 0
#endif

#endif
