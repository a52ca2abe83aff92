/*
 * The sandbox: once everything is open, the process gives up whatever measuring does not need. Landlock (landlock(7)) says which files
 * it may still read, write and execute, a seccomp filter which system calls it may make; neither can be taken back, and whatever it
 * starts inherits both.
 *
 * It is a second wall. The first is a user of its own for netvane: where a rule here must be wide (see `follow`), file permissions
 * still hold.
 */
#ifndef PROBE_SANDBOX_H
#define PROBE_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/conf.h"
#include "probe/syscalls.h"

struct buf;

enum sandbox_mode {
	SANDBOX_AUTO, /* as much as the kernel has */
	SANDBOX_YES, /* refuse to go on without Landlock */
	SANDBOX_NO, /* no Landlock and no filter */
};

/* What stays allowed, beside what every netvane reads (libraries, time zones, certificates). Paths that are not there are left out. */
struct sandbox_rules {
	enum sandbox_mode mode;
	struct strings read; /* files as they are now, and whole directories */
	/*
	 * Files that are read again later and may be replaced by then (resolv.conf, the configuration). A rule holds on to a file and
	 * not to its name, so it is the directory of such a file that may be read, after symbolic links: for /etc/resolv.conf all of
	 * /etc where it is a plain file. Of the home directory and of / only the file itself, as it is now.
	 */
	struct strings follow;
	struct strings write; /* directories to do anything in; they must be there already */
	/*
	 * The program to run on events; NULL for none. It may also read and execute what is in /usr, /bin, /sbin and /lib, read /etc and
	 * /proc, and write where netvane may write: not to /tmp nor to a home. It gains no privileges by setuid programs (sudo, some
	 * mailers). The filter of system calls is then a list of forbidden ones, because nobody knows what a program needs.
	 */
	const char *program;
	/*
	 * $NOTIFY_SOCKET, or NULL. Only with it Unix sockets can be opened later; one with an abstract name ("@...") is outside
	 * of another wall, which is left out then.
	 */
	const char *notify_socket;
	uint16_t listen_port; /* the TCP port that may be listened on later; 0 for none. Sockets that already listen stay. */
};

/* What was achieved. */
struct sandbox_report {
	int landlock; /* the version in force; 0: none */
	enum syscalls_filter syscalls;
	bool entered; /* false where the mode is SANDBOX_NO */
};

/*
 * Fills the rules with the paths that this configuration names: data, configuration files (`file` is that of -c, or NULL), lists, roots,
 * resolv.conf; state and results to write. `rules` begins as {0}; add to its lists with strings_add, and end with sandbox_rules_clear.
 * What a later version of the configuration names in other directories stays out of reach.
 */
void sandbox_rules_fill(struct sandbox_rules *rules, const struct conf *conf, const char *file);
void sandbox_rules_clear(struct sandbox_rules *rules);

/*
 * To be called once, by the only thread, after files and listening sockets were opened and before anything comes from the network. Sets the
 * umask to 077 and forbids core dumps in any mode, then restricts. What the kernel lacks is logged at info level. Returns 0; or -1
 * after logging, where the mode is SANDBOX_YES and Landlock cannot be had.
 */
int sandbox_enter(const struct sandbox_rules *rules, struct sandbox_report *report);
/* "Landlock 7, listed system calls only" and the like, for the log and for people. */
void sandbox_words(const struct sandbox_report *report, struct buf *out);

#endif
