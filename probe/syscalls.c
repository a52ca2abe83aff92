/*
 * The filter of system calls. The tables are what strace saw of whole rounds (DNS, TCP, TLS, HTTP, DNS over HTTPS, traces, SQLite, the
 * journal), what the libraries do in cases that were not seen, and the other names that the same calls have where time or file sizes have
 * 32 bits (armhf). Names that a machine does not have are passed over.
 */
#include "config.h"

#include "probe/syscalls.h"

#include <errno.h>

#ifdef HAVE_SECCOMP

#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* Allowed with any arguments. */
static const char *const listed[] = {
	/* memory */
	"brk", "madvise", "membarrier", "mremap", "msync", "munmap",
	/* files: which ones is Landlock's to say, but for chmod and the like, which it does not look at; so those by name are not here */
	"access", "close", "close_range", "copy_file_range", "creat", "dup", "dup2", "dup3",
	"faccessat", "faccessat2", "fadvise64", "fadvise64_64", "arm_fadvise64_64", "fallocate",
	"fchmod", "fchown", "fchown32", "fcntl", "fcntl64", "fdatasync", "flock", "fstat",
	"fstat64", "fstatat64", "fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "getcwd",
	"getdents", "getdents64", "link", "linkat", "lseek", "_llseek", "lstat", "lstat64", "mkdir",
	"mkdirat", "newfstatat", "open", "openat", "pipe", "pipe2", "pread64", "preadv", "pwrite64",
	"pwritev", "read", "readahead", "readlink", "readlinkat", "readv", "rename", "renameat",
	"renameat2", "rmdir", "sendfile", "sendfile64", "stat", "stat64", "statfs", "statfs64", "statx",
	"sync_file_range", "sync_file_range2", "arm_sync_file_range", "syncfs", "truncate",
	"truncate64", "umask", "unlink", "unlinkat", "write", "writev",
	/* waiting */
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
	"eventfd", "eventfd2", "_newselect", "poll", "ppoll", "ppoll_time64", "pselect6",
	"pselect6_time64", "select", "signalfd", "signalfd4", "timerfd_create", "timerfd_gettime", "timerfd_gettime64",
	"timerfd_settime", "timerfd_settime64",
	/* the network; `socket' is below */
	"accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen",
	"recv", "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg",
	"sendto", "setsockopt", "shutdown", "socketpair",
	/* clocks */
	"alarm", "clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64",
	"clock_nanosleep", "clock_nanosleep_time64", "getitimer", "gettimeofday", "nanosleep",
	"setitimer", "time", "times",
	/* this process and its threads; `clone' and `tgkill' are below */
	"arch_prctl", "cacheflush", "exit", "exit_group", "futex", "futex_time64", "futex_waitv",
	"get_robust_list", "get_tls", "getcpu", "getpgid", "getpgrp", "getpid", "getppid", "getpriority",
	"getsid", "gettid", "pause", "restart_syscall", "rseq", "sched_get_priority_max",
	"sched_get_priority_min", "sched_getaffinity", "sched_getparam", "sched_getscheduler",
	"sched_yield", "set_robust_list", "set_tid_address", "set_tls", "wait4", "waitid", "waitpid",
	/* signals that come */
	"rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
	"rt_sigtimedwait", "rt_sigtimedwait_time64", "sigaction", "sigaltstack", "sigprocmask",
	"sigreturn",
	/* who and where we are */
	"getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups", "getgroups32",
	"getrandom", "getresgid", "getresgid32", "getresuid", "getresuid32", "getrlimit", "getrusage",
	"getuid", "getuid32", "prlimit64", "setrlimit", "sysinfo", "ugetrlimit", "uname",
#if SYSCALLS_SANITIZED
	"clone", "kill", "mprotect", "personality", "prctl", "process_vm_readv", "ptrace", "tgkill",
	"tkill",
#endif
};

/* Allowed where the low 32 bits of an argument, under a mask, are this value. */
static const struct {
	const char *name;
	unsigned argument;
	uint64_t mask, value;
} listed_with[] = {
    {"socket", 0, UINT32_MAX, AF_INET},
    {"socket", 0, UINT32_MAX, AF_INET6},
    /* No memory is written to and executed. Libraries are mapped readable and executable. */
    {"mmap", 2, PROT_WRITE | PROT_EXEC, 0},
    {"mmap", 2, PROT_WRITE | PROT_EXEC, PROT_WRITE},
    {"mmap", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC},
    {"mmap2", 2, PROT_WRITE | PROT_EXEC, 0},
    {"mmap2", 2, PROT_WRITE | PROT_EXEC, PROT_WRITE},
    {"mmap2", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC},
    {"mprotect", 2, PROT_EXEC, 0},
    /* A thread, for libcurl's look-ups; no process. */
    {"clone", 0, CLONE_THREAD, CLONE_THREAD},
    {"ioctl", 1, UINT32_MAX, FIONBIO},
    {"ioctl", 1, UINT32_MAX, FIONREAD},
    {"ioctl", 1, UINT32_MAX, FIOCLEX},
    {"ioctl", 1, UINT32_MAX, TCGETS}, /* is it a terminal? */
    {"ioctl", 1, UINT32_MAX, TIOCGWINSZ},
    {"ioctl", 1, UINT32_MAX, SIOCGIFINDEX}, /* scopes of IPv6 addresses */
    {"ioctl", 1, UINT32_MAX, SIOCGIFNAME},
    {"prctl", 0, UINT32_MAX, PR_SET_NAME},
    {"prctl", 0, UINT32_MAX, PR_GET_NAME},
    {"prctl", 0, UINT32_MAX, PR_SET_VMA}, /* malloc names its memory */
    {"prctl", 0, UINT32_MAX, PR_GET_DUMPABLE},
};

/* Refused with any arguments, where most calls are allowed. */
static const char *const dangerous[] = {
	/* other processes */
	"kcmp", "pidfd_getfd", "process_madvise", "process_vm_writev",
#if !SYSCALLS_SANITIZED
	"process_vm_readv", "ptrace",
#endif
	/* mounts, roots, namespaces */
	"chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
	"open_tree", "pivot_root", "setns", "umount", "umount2", "unshare",
	/* parts of the kernel that few programs use and many attacks do */
	"add_key", "bpf", "io_uring_enter", "io_uring_register", "io_uring_setup", "keyctl",
	"lookup_dcookie", "modify_ldt", "name_to_handle_at", "open_by_handle_at", "perf_event_open",
	"remap_file_pages", "request_key", "uselib", "userfaultfd", "vm86", "vm86old", "vmsplice",
	/* the machine */
	"acct", "clock_settime", "clock_settime64", "delete_module", "finit_module", "init_module",
	"ioperm", "iopl", "kexec_file_load", "kexec_load", "quotactl", "quotactl_fd", "reboot",
	"setdomainname", "sethostname", "settimeofday", "stime", "swapoff", "swapon", "syslog", "vhangup",
};

/* What puts letters into somebody's terminal; and every way into a namespace. */
static const struct {
	const char *name;
	unsigned argument;
	uint64_t mask, value;
} dangerous_with[] = {
    {"ioctl", 1, UINT32_MAX, TIOCSTI},
    {"ioctl", 1, UINT32_MAX, TIOCLINUX},
    {"clone", 0, CLONE_NEWUSER, CLONE_NEWUSER},
    {"clone", 0, CLONE_NEWNS, CLONE_NEWNS},
    {"clone", 0, CLONE_NEWNET, CLONE_NEWNET},
    {"clone", 0, CLONE_NEWPID, CLONE_NEWPID},
    {"clone", 0, CLONE_NEWIPC, CLONE_NEWIPC},
    {"clone", 0, CLONE_NEWUTS, CLONE_NEWUTS},
    {"clone", 0, CLONE_NEWCGROUP, CLONE_NEWCGROUP},
};

/*
 * Calls that came after these tables were written. "Not permitted" would be taken for an answer by the C library, which falls back to an
 * older call only where the kernel seems to have none. Their numbers are the same on all machines of Linux since 2019.
 */
enum { FIRST_UNKNOWN = 452, LAST_UNKNOWN = 511 };

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Returns 0 or a negative errno, as libseccomp does. */
static int
rule(scmp_filter_ctx ctx, uint32_t action, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(ctx, action, number, 0);
}

static int
rule_with(scmp_filter_ctx ctx, uint32_t action, const char *name, unsigned argument, uint64_t mask,
    uint64_t value)
{
	struct scmp_arg_cmp compare = {
	    .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add_array(ctx, action, number, 1, &compare);
}

/* The routing tables and the machine's own addresses, and no other part of the kernel behind netlink. */
static int
rule_netlink(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp compare[] = {
	    {.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = AF_NETLINK},
	    {.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = NETLINK_ROUTE},
	};

	return seccomp_rule_add_array(
	    ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), LENGTH(compare), compare);
}

/* A signal to ourselves is how abort and raise work. */
static int
rule_own_signals(scmp_filter_ctx ctx)
{
	return rule_with(ctx, SCMP_ACT_ALLOW, "tgkill", 0, UINT32_MAX, (uint64_t)getpid());
}

static int
rule_unknown(scmp_filter_ctx ctx)
{
	int number, result = 0;

	for (number = FIRST_UNKNOWN; result == 0 && number <= LAST_UNKNOWN; number++)
		result = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), number, 0);
	return result;
}

static int
fill_listed(scmp_filter_ctx ctx, bool local_sockets)
{
	int result = 0;
	size_t i;

	for (i = 0; result == 0 && i < LENGTH(listed); i++)
		result = rule(ctx, SCMP_ACT_ALLOW, listed[i]);
	for (i = 0; result == 0 && i < LENGTH(listed_with); i++)
		result = rule_with(ctx, SCMP_ACT_ALLOW, listed_with[i].name,
		    listed_with[i].argument, listed_with[i].mask, listed_with[i].value);
	if (result == 0 && local_sockets)
		result = rule_with(ctx, SCMP_ACT_ALLOW, "socket", 0, UINT32_MAX, AF_UNIX);
	if (result == 0)
		result = rule_netlink(ctx);
	return result == 0 ? rule_own_signals(ctx) : result;
}

/* AF_PACKET, AF_VSOCK and whatever else there is: all families but the four that programs use. */
static int
refuse_families(scmp_filter_ctx ctx)
{
	enum { KNOWN = 64 };
	const struct scmp_arg_cmp beyond = {.arg = 0, .op = SCMP_CMP_GE, .datum_a = KNOWN};
	uint64_t family;
	int result = 0;

	for (family = 0; result == 0 && family < KNOWN; family++)
		if (family != AF_UNIX && family != AF_INET && family != AF_INET6 &&
		    family != AF_NETLINK)
			result = rule_with(
			    ctx, SCMP_ACT_ERRNO(EPERM), "socket", 0, UINT32_MAX, family);
	return result != 0 ? result
			   : seccomp_rule_add_array(
				 ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, &beyond);
}

static int
fill_some(scmp_filter_ctx ctx)
{
	int result = 0;
	size_t i;

	for (i = 0; result == 0 && i < LENGTH(dangerous); i++)
		result = rule(ctx, SCMP_ACT_ERRNO(EPERM), dangerous[i]);
	for (i = 0; result == 0 && i < LENGTH(dangerous_with); i++)
		result = rule_with(ctx, SCMP_ACT_ERRNO(EPERM), dangerous_with[i].name,
		    dangerous_with[i].argument, dangerous_with[i].mask, dangerous_with[i].value);
	return result == 0 ? refuse_families(ctx) : result;
}

int
syscalls_fill(void *ctx, enum syscalls_filter filter, bool local_sockets)
{
	/* Its flags are in memory, where no filter can look. The C library then takes clone. */
	int result = rule(ctx, SCMP_ACT_ERRNO(ENOSYS), "clone3");

	if (result == 0)
		result = filter == SYSCALLS_LISTED ? fill_listed(ctx, local_sockets) : fill_some(ctx);
	errno = -result;
	return result == 0 ? 0 : -1;
}

int
syscalls_restrict(enum syscalls_filter filter, bool local_sockets)
{
	scmp_filter_ctx ctx;
	int result;

	if (filter == SYSCALLS_ANY)
		return 0;
	ctx = seccomp_init(filter == SYSCALLS_LISTED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_ALLOW);
	if (ctx == NULL) {
		errno = ENOSYS;
		return -1;
	}
	/* Both are wishes: an old kernel cannot log, an old library cannot build a tree. */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1);
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	result = syscalls_fill(ctx, filter, local_sockets) == 0 ? 0 : -errno;
	if (result == 0 && filter == SYSCALLS_LISTED)
		result = rule_unknown(ctx);
	if (result == 0)
		result = seccomp_load(ctx);
	seccomp_release(ctx);
	errno = -result;
	return result == 0 ? 0 : -1;
}

#else

int
syscalls_fill(void *ctx, enum syscalls_filter filter, bool local_sockets)
{
	(void)ctx;
	(void)filter;
	(void)local_sockets;
	errno = ENOSYS;
	return -1;
}

int
syscalls_restrict(enum syscalls_filter filter, bool local_sockets)
{
	(void)local_sockets;
	errno = ENOSYS;
	return filter == SYSCALLS_ANY ? 0 : -1;
}

#endif
