/*
 * What syscalls.h promises: of this machine's filter by trying it; of other machines' by running the programs that libseccomp writes for
 * their kernels.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/syscalls.h"

/* --- other machines' filters ----------------------------------------------------------------- */

enum { PROGRAM_MOST = 4096 };

static struct sock_filter program[PROGRAM_MOST];
static size_t program_len;

static const struct machine {
	const char *name;
	uint32_t token, audit;
} machines[] = {
    {"amd64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64},
    {"arm64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64},
    {"armhf", SCMP_ARCH_ARM, AUDIT_ARCH_ARM},
};
enum { NMACHINES = sizeof(machines) / sizeof(machines[0]) };

static void
build_with(const struct machine *machine, enum syscalls_filter filter, bool local_sockets)
{
	scmp_filter_ctx ctx = seccomp_init(
	    filter == SYSCALLS_LISTED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_ALLOW);
	int fd = memfd_create("filter", 0), added;
	ssize_t n;

	assert_non_null(ctx);
	if (seccomp_arch_exist(ctx, machine->token) != 0) {
		added = seccomp_arch_add(ctx, machine->token);
		assert_int_equal(added, 0);
		assert_int_equal(seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE), 0);
	}
	if (syscalls_fill(ctx, filter, local_sockets) != 0)
		fail_msg("%s: %s", machine->name, strerror(errno));
	assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
	seccomp_release(ctx);
	n = pread(fd, program, sizeof(program), 0);
	close(fd);
	assert_true(n > 0 && (size_t)n < sizeof(program));
	program_len = (size_t)n / sizeof(program[0]);
}

static void
build(const struct machine *machine, enum syscalls_filter filter)
{
	build_with(machine, filter, false);
}

static uint32_t
jump(const struct sock_filter *at, uint32_t a)
{
	bool yes;

	switch (BPF_OP(at->code)) {
	case BPF_JA:
		return at->k;
	case BPF_JEQ:
		yes = a == at->k;
		break;
	case BPF_JGT:
		yes = a > at->k;
		break;
	case BPF_JGE:
		yes = a >= at->k;
		break;
	default:
		yes = (a & at->k) != 0;
		break;
	}
	return yes ? at->jt : at->jf;
}

/* What the kernel would do: one of SECCOMP_RET_*, with the errno. Classic BPF, as far as libseccomp writes it. */
static uint32_t
decide(const struct seccomp_data *data)
{
	uint32_t a = 0, pc;

	for (pc = 0; pc < program_len; pc++) {
		const struct sock_filter *at = &program[pc];

		if (at->code == (BPF_LD | BPF_W | BPF_ABS)) {
			assert_true(at->k + sizeof(a) <= sizeof(*data));
			memcpy(&a, (const char *)data + at->k, sizeof(a));
		} else if (at->code == (BPF_ALU | BPF_AND | BPF_K))
			a &= at->k;
		else if (BPF_CLASS(at->code) == BPF_JMP)
			pc += jump(at, a);
		else if (at->code == (BPF_RET | BPF_K))
			return at->k;
		else
			fail_msg("an instruction that is not known: %#x", at->code);
	}
	fail_msg("no decision");
	return 0;
}

/* What becomes of a call on that machine: 0 or an errno. A name that it does not have is no call: -1. */
static int
becomes(const struct machine *machine, const char *name, uint64_t first, uint64_t second, uint64_t third)
{
	struct seccomp_data data = {.arch = machine->audit, .args = {first, second, third}};
	uint32_t decision;

	data.nr = seccomp_syscall_resolve_name_arch(machine->token, name);
	if (data.nr < 0)
		return -1;
	decision = decide(&data);
	if (decision == SECCOMP_RET_ALLOW)
		return 0;
	assert_int_equal(decision & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
	return (int)(decision & SECCOMP_RET_DATA);
}

static void
is(const struct machine *machine, const char *name, uint64_t first, uint64_t second, uint64_t third,
    int wanted)
{
	int got = becomes(machine, name, first, second, third);

	if (got != wanted && got != -1)
		fail_msg("%s: %s(%#lx, %#lx, %#lx): %d and not %d", machine->name, name,
		    (unsigned long)first, (unsigned long)second, (unsigned long)third, got, wanted);
}

static void
goes_through(const struct machine *machine, const char *const *names, int wanted)
{
	for (; *names != NULL; names++)
		is(machine, *names, 0, 0, 0, wanted);
}

/* A machine's own names for what it needs, which the others lack: all must be there. */
static void
measuring_works_on_every_machine(void **state)
{
	static const char *const everywhere[] = {"openat", "read", "write", "recvmsg", "connect",
	    "getrandom", "epoll_pwait", "timerfd_settime", "fdatasync", "pwrite64", "flock", "futex",
	    "exit_group", "rt_sigreturn", "renameat2", "unlinkat", "clock_gettime", NULL};
	static const char *const own[NMACHINES][8] = {
	    {"epoll_wait", "newfstatat", "fcntl", "mkdir", "unlink", "access", NULL},
	    {"newfstatat", "fcntl", "faccessat", "mkdirat", "renameat", NULL},
	    {"fstatat64", "fcntl64", "_llseek", "clock_gettime64", "futex_time64", "recvmmsg_time64",
		"ugetrlimit", NULL},
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < NMACHINES; i++) {
		build(&machines[i], SYSCALLS_LISTED);
		goes_through(&machines[i], everywhere, 0);
		for (k = 0; own[i][k] != NULL; k++)
			assert_int_equal(becomes(&machines[i], own[i][k], 0, 0, 0), 0);
	}
}

static void
what_is_not_listed_is_refused_on_every_machine(void **state)
{
	static const char *const refused[] = {"execve", "execveat", "fork", "vfork", "mount", "bpf",
	    "chroot", "setns", "unshare", "setuid", "setuid32", "mknod", "mknodat", "shmat", "memfd_create",
	    "keyctl", "io_uring_setup", "init_module", "reboot", "clock_settime", "landlock_restrict_self",
	    "chmod", "fchmodat", "chown", "lchown", "utimensat", "setxattr",
#if !SYSCALLS_SANITIZED
	    "ptrace", "process_vm_readv", "kill",
#endif
	    NULL};
	size_t i;

	(void)state;
	for (i = 0; i < NMACHINES; i++) {
		build(&machines[i], SYSCALLS_LISTED);
		goes_through(&machines[i], refused, EPERM);
	}
}

static void
arguments_are_looked_at(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NMACHINES; i++) {
		const struct machine *m = &machines[i];

		build(m, SYSCALLS_LISTED);
		is(m, "socket", AF_INET, SOCK_STREAM, 0, 0);
		is(m, "socket", AF_INET6, SOCK_DGRAM, 0, 0);
		is(m, "socket", AF_UNIX, SOCK_DGRAM, 0, EPERM);
		is(m, "socketpair", AF_UNIX, SOCK_STREAM, 0, 0);
		is(m, "socket", AF_NETLINK, SOCK_RAW, 0, 0);
		is(m, "socket", AF_NETLINK, SOCK_RAW, 9, EPERM);
		is(m, "socket", AF_PACKET, SOCK_RAW, 0, EPERM);
		is(m, "ioctl", 1, TIOCGWINSZ, 0, 0);
		is(m, "ioctl", 1, TIOCSTI, 0, EPERM);
		is(m, "mmap", 0, 4096, PROT_READ | PROT_WRITE, 0);
		is(m, "mmap", 0, 4096, PROT_READ | PROT_EXEC, 0);
		is(m, "mmap", 0, 4096, PROT_WRITE | PROT_EXEC, EPERM);
		is(m, "mmap2", 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, EPERM);
		is(m, "mmap2", 0, 4096, PROT_READ, 0);
#if !SYSCALLS_SANITIZED
		is(m, "mprotect", 0, 4096, PROT_READ | PROT_EXEC, EPERM);
		is(m, "clone", SIGCHLD, 0, 0, EPERM);
		is(m, "prctl", PR_SET_DUMPABLE, 1, 0, EPERM);
		is(m, "tgkill", 1, 1, 0, EPERM);
#endif
		is(m, "mprotect", 0, 4096, PROT_READ, 0);
		is(m, "clone", CLONE_VM | CLONE_THREAD, 0, 0, 0);
		is(m, "prctl", PR_SET_NAME, 0, 0, 0);
		is(m, "tgkill", (uint64_t)getpid(), 1, 0, 0);
	}
}

/* For notices to the service manager. */
static void
local_sockets_are_to_be_had_where_they_are_asked_for(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NMACHINES; i++) {
		build_with(&machines[i], SYSCALLS_LISTED, true);
		is(&machines[i], "socket", AF_UNIX, SOCK_DGRAM, 0, 0);
		is(&machines[i], "socket", AF_INET, SOCK_DGRAM, 0, 0);
		is(&machines[i], "socket", AF_PACKET, SOCK_DGRAM, 0, EPERM);
	}
}

/* Its arguments cannot be looked at. The C library takes clone where there seems to be no such call. */
static void
clone3_seems_not_to_exist(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NMACHINES; i++) {
		build(&machines[i], SYSCALLS_LISTED);
		assert_int_equal(becomes(&machines[i], "clone3", 0, 0, 0), ENOSYS);
		build(&machines[i], SYSCALLS_SOME);
		assert_int_equal(becomes(&machines[i], "clone3", 0, 0, 0), ENOSYS);
	}
}

static void
programs_may_do_all_but_what_is_dangerous(void **state)
{
	static const char *const allowed[] = {"execve", "execveat", "fork", "vfork", "kill", "setsid",
	    "memfd_create", "mknodat", "openat", "prctl", "shmget", "wait4", NULL};
	static const char *const refused[] = {"mount", "umount2", "bpf", "chroot", "setns", "unshare",
	    "keyctl", "io_uring_setup", "init_module", "reboot", "clock_settime", "perf_event_open",
#if !SYSCALLS_SANITIZED
	    "ptrace", "process_vm_readv",
#endif
	    NULL};
	size_t i;

	(void)state;
	for (i = 0; i < NMACHINES; i++) {
		const struct machine *m = &machines[i];

		build(m, SYSCALLS_SOME);
		goes_through(m, allowed, 0);
		goes_through(m, refused, EPERM);
		is(m, "clone", SIGCHLD, 0, 0, 0);
		is(m, "clone", SIGCHLD | CLONE_NEWUSER, 0, 0, EPERM);
		is(m, "clone", SIGCHLD | CLONE_NEWNET, 0, 0, EPERM);
		is(m, "ioctl", 0, TIOCSTI, 0, EPERM);
		is(m, "ioctl", 0, TIOCGWINSZ, 0, 0);
		is(m, "socket", AF_INET, SOCK_STREAM, 0, 0);
		is(m, "socket", AF_NETLINK, SOCK_RAW, 0, 0);
		is(m, "socket", AF_PACKET, SOCK_RAW, 0, EPERM);
		is(m, "socket", AF_VSOCK, SOCK_STREAM, 0, EPERM);
		is(m, "socket", 1000, SOCK_STREAM, 0, EPERM);
	}
}

/* --- this machine's -------------------------------------------------------------------------- */

static int
behind(enum syscalls_filter filter, int (*act)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscalls_restrict(filter, false) != 0)
			_exit(255);
		_exit(act());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static int
run_true(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int
make_executable_memory(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? errno : 0;
}

static int
open_raw(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) < 0 ? errno : 0;
}

static int
give_up(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

static void
this_kernel_takes_the_filters(void **state)
{
	(void)state;
	assert_int_equal(behind(SYSCALLS_ANY, run_true), 0);
	assert_int_equal(behind(SYSCALLS_SOME, run_true), 0);
	assert_int_equal(behind(SYSCALLS_LISTED, run_true), EPERM);
	assert_int_equal(behind(SYSCALLS_LISTED, make_executable_memory), EPERM);
	assert_int_equal(behind(SYSCALLS_LISTED, open_raw), EPERM);
	assert_int_equal(behind(SYSCALLS_SOME, open_raw), EPERM);
}

static int
call_new_ones(void)
{
	long number;

	for (number = 452; number < 512; number++)
		if (syscall(number, -1, NULL, -1, -1, -1, -1) != -1 || errno != ENOSYS)
			return (int)(number - 400);
	return 0;
}

/* The C library falls back to an older call only then. */
static void
calls_that_are_newer_than_the_list_seem_not_to_exist(void **state)
{
	(void)state;
	assert_int_equal(behind(SYSCALLS_LISTED, call_new_ones), 0);
}

/* A failed assertion must end the process, and by its signal. */
static void
abort_still_works(void **state)
{
	(void)state;
	assert_int_equal(behind(SYSCALLS_LISTED, give_up), 256 + SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(measuring_works_on_every_machine),
	    cmocka_unit_test(what_is_not_listed_is_refused_on_every_machine),
	    cmocka_unit_test(arguments_are_looked_at),
	    cmocka_unit_test(local_sockets_are_to_be_had_where_they_are_asked_for),
	    cmocka_unit_test(clone3_seems_not_to_exist),
	    cmocka_unit_test(programs_may_do_all_but_what_is_dangerous),
	    cmocka_unit_test(this_kernel_takes_the_filters),
	    cmocka_unit_test(calls_that_are_newer_than_the_list_seem_not_to_exist),
	    cmocka_unit_test(abort_still_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void
there_is_a_filter(void **state)
{
	(void)state;
	print_message("# this build has no libseccomp\n");
	skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(there_is_a_filter)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
