/* netvane demo: a censored country inside this machine, and what netvane says there. The lab is a
 * program of its own. */
#include "probe/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static const char help[] =
    "usage: netvane demo [--list] [--scenario NAME]... [--keep DIR]\n\n"
    "Builds a small country inside this machine, with sites, resolvers and a censor,\n"
    "measures there, and shows what netvane says beside what is true. It takes\n"
    "network namespaces of its own: no packet leaves the machine, nothing of it is\n"
    "changed, and nothing is left behind but what --keep asks for.\n\n"
    "      --list           name the scenarios\n"
    "      --scenario NAME  only this one (again for more)\n"
    "      --keep DIR       leave the records there, for netvane-analyze\n"
    "  -h, --help           this text\n\n"
    "Example:\n"
    "  netvane demo --scenario sni-reset\n";

static const char introduction[] =
    "A small country will be built inside this machine: a home with a router, a\n"
    "provider with a censor's box, and a world of sites and resolvers, each with a\n"
    "network namespace of its own. netvane then measures from that home as it would\n"
    "from yours, while something different goes wrong each time.\n\n"
    "No packet leaves this machine, nothing of it is changed, no consent is needed,\n"
    "and all is gone at the end, the records that netvane tells of included (unless\n"
    "you say --keep). Times are shortened, so that you need not wait.\n";

/* From "nothing is wrong" to "everything is". */
static const char *const chosen[] = {
    "clean", "dns-nxdomain", "sni-reset", "mitm-qaznet", "site-refuses", "shutdown"};

enum { NCHOSEN = sizeof(chosen) / sizeof(chosen[0]), NAMES_MOST = 64 };
/* What the lab's program ends with where there are no namespaces. */
enum { LAB_WRONG = 1, LAB_REFUSED = 77 };

/* Where things are: a tree that was built has them beside the program, an installed one in their
 * directories. */
struct places {
	char self[PATH_MAX];
	char *lab;       /* the program */
	char *scenarios; /* the directory */
};

static char *
first_there(char *const *candidates, size_t n)
{
	char *found = NULL;
	size_t i;

	for (i = 0; i < n && found == NULL; i++)
		if (candidates[i] != NULL && access(candidates[i], R_OK) == 0)
			found = xstrdup(candidates[i]);
	return found;
}

static int
find_places(struct places *places)
{
	const char *named = getenv("NETVANE_LABDIR");
	ssize_t n = readlink("/proc/self/exe", places->self, sizeof(places->self) - 1);
	char *slash, *programs[2], *directories[4];
	size_t i;

	if (n <= 0)
		return -1;
	places->self[n] = '\0';
	slash = strrchr(places->self, '/');
	programs[0] = xasprintf("%.*s/netvane-lab", (int)(slash - places->self), places->self);
	programs[1] = xstrdup(NETVANE_LIBEXECDIR "/netvane-lab");
	directories[0] = named != NULL ? xstrdup(named) : NULL;
	directories[1] =
	    xasprintf("%.*s/tests/lab/scenarios", (int)(slash - places->self), places->self);
	directories[2] =
	    xasprintf("%.*s/../tests/lab/scenarios", (int)(slash - places->self), places->self);
	directories[3] = xstrdup(NETVANE_DATADIR "/lab");
	places->lab = first_there(programs, 2);
	/* A directory that somebody named is meant. */
	places->scenarios = first_there(directories, named != NULL ? 1 : 4);
	for (i = 0; i < 4; i++)
		free(directories[i]);
	free(programs[0]);
	free(programs[1]);
	return places->lab != NULL && places->scenarios != NULL ? 0 : -1;
}

static int
wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs the lab with these words, then the files of the scenarios named. */
static int
run_lab(
    const struct places *places, const char *const *words, const char *const *names, size_t nnames)
{
	char *argv[NAMES_MOST + 8];
	size_t n = 0, i;
	pid_t pid;
	int result;

	argv[n++] = xstrdup(places->lab);
	for (; *words != NULL; words++)
		argv[n++] = xstrdup(*words);
	for (i = 0; i < nnames; i++)
		argv[n++] = xasprintf("%s/%s.ini", places->scenarios, names[i]);
	argv[n] = NULL;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		log_fatal("no process");
	if (pid == 0) {
		/* It must not go on without whoever asked for it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execv(places->lab, argv);
		log_error("cannot run %s", places->lab);
		_exit(EX_UNAVAILABLE);
	}
	result = wait_for(pid);
	while (n > 0)
		free(argv[--n]);
	return result;
}

static bool
is_there(const struct places *places, const char *name)
{
	char *path = xasprintf("%s/%s.ini", places->scenarios, name);
	bool there = strchr(name, '/') == NULL && access(path, R_OK) == 0;

	free(path);
	return there;
}

static int
list(const struct places *places)
{
	const char *const words[] = {"list", NULL};

	return run_lab(places, words, chosen, NCHOSEN);
}

static int
play(const struct places *places, const char *const *names, size_t n, const char *keep)
{
	const char *const words[] = {"run", "--show", "--netvane", places->self, keep != NULL ? "--keep" : NULL, keep, NULL};
	int result;

	fputs(introduction, stdout);
	result = run_lab(places, words, names, n);
	if (result == LAB_REFUSED) {
		log_errorx("this machine does not allow network namespaces to whoever runs this. "
		           "Run it as "
		           "root, or have root allow them to users (sysctl -w "
		           "kernel.unprivileged_userns_clone=1, "
		           "and user.max_user_namespaces above 0; on Ubuntu also "
		           "kernel.apparmor_restrict_unprivileged_userns=0). Containers often "
		           "forbid them altogether");
		return EX_UNAVAILABLE;
	}
	if (keep != NULL && (result == 0 || result == LAB_WRONG))
		printf("\nThe records are in %s. To make a page of them:\n"
		       "  netvane-analyze report --out report.html %s\n", keep, keep);
	/* That netvane was wrong has been shown; the demo itself worked. */
	return result == LAB_WRONG ? EXIT_SUCCESS : result;
}

/* Returns -1 to go on, or the exit code. */
static int
parse_options(int argc, char **argv, bool *only_list, const char **names, size_t *n, const char **keep)
{
	enum { OPT_LIST = 256, OPT_SCENARIO, OPT_KEEP };
	static const struct option options[] = {
	    {"list", no_argument, NULL, OPT_LIST},
	    {"scenario", required_argument, NULL, OPT_SCENARIO},
	    {"keep", required_argument, NULL, OPT_KEEP},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == OPT_LIST) {
			*only_list = true;
		} else if (c == OPT_SCENARIO && *n < NAMES_MOST) {
			names[(*n)++] = optarg;
		} else if (c == OPT_KEEP) {
			*keep = optarg;
		} else if (c == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		} else {
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		log_errorx(
		    "'%s' is not an option; a scenario is named with --scenario", argv[optind]);
		return EX_USAGE;
	}
	return -1;
}

int
cmd_demo(int argc, char **argv)
{
	const char *names[NAMES_MOST], *keep = NULL;
	struct places places = {.lab = NULL};
	bool only_list = false;
	size_t n = 0, i;
	int code = parse_options(argc, argv, &only_list, names, &n, &keep);

	if (code >= 0)
		return code;
	if (find_places(&places) != 0) {
		log_errorx("the lab is not installed: there should be " NETVANE_LIBEXECDIR
		           "/netvane-lab and "
		           "its scenarios in " NETVANE_DATADIR "/lab, or in $NETVANE_LABDIR");
		code = EX_UNAVAILABLE;
	}
	for (i = 0; i < n && code < 0; i++)
		if (!is_there(&places, names[i])) {
			log_errorx("there is no scenario '%s'; see netvane demo --list", names[i]);
			code = EX_USAGE;
		}
	if (code < 0)
		code = only_list ? list(&places)
		                 : play(&places, n > 0 ? names : chosen, n > 0 ? n : NCHOSEN, keep);
	free(places.lab);
	free(places.scenarios);
	return code;
}
