/* The sandbox: what is given up, in which order. Files are landlock.c's, system calls syscalls.c's. */
#include "probe/sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "probe/landlock.h"
#include "probe/paths.h"
#include "targets/datadir.h"
#include "targets/list.h"

/* --- rules ----------------------------------------------------------------------------------- */

/* Lists and roots may stand in a file of their own; the built-in ones are data. */
static void
follow_list(struct sandbox_rules *rules, const char *name)
{
	char *builtin = list_builtin_path(name);

	if (builtin == NULL && strcmp(name, "-") != 0)
		strings_add(&rules->follow, name);
	free(builtin);
}

static void
take_path(struct strings *to, char *path)
{
	if (path != NULL)
		strings_add(to, path);
	free(path);
}

void
sandbox_rules_fill(struct sandbox_rules *rules, const struct conf *conf, const char *file)
{
	size_t i;

	take_path(&rules->read, datadir_path("."));
	strings_add(&rules->follow, NETVANE_SYSCONFDIR "/netvane/netvane.conf");
	take_path(&rules->follow, paths_user_conf());
	if (file != NULL)
		strings_add(&rules->follow, file);
	strings_add(&rules->follow, conf->resolv_conf);
	if (conf->roots != NULL)
		strings_add(&rules->follow, conf->roots);
	for (i = 0; i < conf->fingerprints.n; i++)
		strings_add(&rules->follow, conf->fingerprints.items[i]);
	for (i = 0; i < conf->lists.n; i++)
		follow_list(rules, conf->lists.items[i]);
	follow_list(rules, conf->controls);
	take_path(&rules->write, paths_state(conf));
	take_path(&rules->write, paths_results(conf));
}

void
sandbox_rules_clear(struct sandbox_rules *rules)
{
	strings_clear(&rules->read);
	strings_clear(&rules->follow);
	strings_clear(&rules->write);
}

/* --- entering -------------------------------------------------------------------------------- */

/* Returns the version of Landlock that is in force, 0 for none. */
static int
enter_landlock(const struct sandbox_rules *rules)
{
	int version = landlock_version();

	if (version <= 0) {
		log_info("sandbox: no Landlock here (%s); file permissions alone keep files apart",
		    strerror(errno));
		return 0;
	}
	if (landlock_restrict(version, rules) == 0)
		return version;
	log_warn("sandbox: Landlock %d did not work", version);
	return 0;
}

static enum syscalls_filter
enter_filter(const struct sandbox_rules *rules)
{
	enum syscalls_filter filter = rules->program != NULL ? SYSCALLS_SOME : SYSCALLS_LISTED;

	if (syscalls_restrict(filter, rules->notify_socket != NULL) == 0)
		return filter;
	log_info("sandbox: no filter of system calls (%s)",
	    errno == ENOSYS ? "not in this build, or not in this kernel" : strerror(errno));
	return SYSCALLS_ANY;
}

/*
 * Memory holds what was measured and with whom. The limit alone would not do: where cores go to a program, as they do to systemd's,
 * it is not looked at.
 */
static void
forbid_cores(void)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    (!SYSCALLS_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0))
		log_warn("sandbox: core dumps stay possible");
}

static void
say(const struct sandbox_report *report)
{
	struct buf words = BUF_EMPTY;

	sandbox_words(report, &words);
	log_info("sandbox: %s", buf_str(&words));
	buf_free(&words);
}

int
sandbox_enter(const struct sandbox_rules *rules, struct sandbox_report *report)
{
	*report = (struct sandbox_report){.syscalls = SYSCALLS_ANY};
	umask(077);
	forbid_cores();
	if (geteuid() == 0)
		log_info("running as root, for which there is no need: give netvane a user of its "
			 "own");
	if (rules->mode == SANDBOX_NO)
		return 0;
	report->entered = true;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
		report->landlock = enter_landlock(rules);
		report->syscalls = enter_filter(rules);
	} else
		log_warn("sandbox: privileges can be gained still");
	say(report);
	if (rules->mode == SANDBOX_YES && report->landlock == 0) {
		log_errorx("the configuration asks for a sandbox, and this kernel gives none");
		return -1;
	}
	return 0;
}

void
sandbox_words(const struct sandbox_report *report, struct buf *out)
{
	static const char *const calls[] = {
	    [SYSCALLS_ANY] = "any system call",
	    [SYSCALLS_SOME] = "no dangerous system calls",
	    [SYSCALLS_LISTED] = "listed system calls only",
	};

	if (!report->entered)
		buf_puts(out, "off");
	else if (report->landlock > 0)
		buf_printf(out, "Landlock %d, %s", report->landlock, calls[report->syscalls]);
	else
		buf_printf(out, "no Landlock, %s", calls[report->syscalls]);
}
