/* netvane pause and netvane resume. */
#include "probe/cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "probe/conf.h"
#include "probe/conf_files.h"
#include "probe/pause.h"
#include "probe/paths.h"

static const char pause_help[] =
    "usage: netvane pause [--for TIME | --until TIME] [OPTION]...\n\n"
    "Has netvane measure nothing and send nothing, until 'netvane resume' or the\n"
    "time given. It survives a restart. A second pause replaces the first.\n\n"
    "      --for TIME      so long: 90m, 2h, 1d12h; units are s, m, h, d and w\n"
    "      --until TIME    until then: 2026-11-22T18:00Z, '2026-11-22 18:00' (UTC),\n"
    "                      2026-11-22T23:00+05:00\n"
    "      --reason TEXT   why, for whoever looks at the gap\n"
    "  -c, --config FILE   read this configuration too\n"
    "      --state DIR     state directory; the service's is /var/lib/netvane\n"
    "  -h, --help          this text\n\n"
    "Example:\n"
    "  netvane pause --for 2h --reason 'video call'\n";

static const char resume_help[] =
    "usage: netvane resume [OPTION]...\n\n"
    "Ends a pause.\n\n"
    "  -c, --config FILE   read this configuration too\n"
    "      --state DIR     state directory; the service's is /var/lib/netvane\n"
    "  -h, --help          this text\n\n"
    "Example:\n"
    "  netvane resume\n";

struct order {
	const char *config, *state_option;
	const char *how_long, *until, *reason;
	char *state;
};

enum { OPT_STATE = 256, OPT_FOR, OPT_UNTIL, OPT_REASON };

#define COMMON_OPTIONS                              \
	{"config", required_argument, NULL, 'c'},   \
	{"state", required_argument, NULL, OPT_STATE}, {"help", no_argument, NULL, 'h'}

static const struct option pause_options[] = {
    COMMON_OPTIONS,
    {"for", required_argument, NULL, OPT_FOR},
    {"until", required_argument, NULL, OPT_UNTIL},
    {"reason", required_argument, NULL, OPT_REASON},
    {NULL, 0, NULL, 0},
};
static const struct option resume_options[] = {
    COMMON_OPTIONS,
    {NULL, 0, NULL, 0},
};

/* Returns -1 to go on, or the exit code. */
static int
read_time(const struct order *order, struct pause *p)
{
	int64_t seconds;

	if (order->how_long != NULL && order->until != NULL) {
		log_errorx("either --for or --until, not both");
		return EX_USAGE;
	}
	if (order->how_long != NULL) {
		seconds = pause_duration(order->how_long);
		if (seconds < 0) {
			log_errorx("--for %s: a time such as 90m, 2h or 1d12h is wanted, at most 10 years",
			    order->how_long);
			return EX_USAGE;
		}
		p->until_us = p->since_us + seconds * 1000000;
	}
	if (order->until != NULL && clock_parse(order->until, &p->until_us) != 0) {
		log_errorx("--until %s: a time such as 2026-11-22T18:00Z is wanted", order->until);
		return EX_USAGE;
	}
	if (order->until != NULL && p->until_us <= p->since_us) {
		log_errorx("--until %s: that is over already (times without an offset are UTC)",
		    order->until);
		return EX_USAGE;
	}
	return -1;
}

/* Control characters become spaces. Returns -1 to go on, or the exit code. */
static int
read_reason(const char *text, struct pause *p)
{
	size_t len = strlen(text), i;

	if (len >= sizeof(p->reason) || !utf8_valid(text, len)) {
		log_errorx("--reason: %s", len >= sizeof(p->reason) ? "at most 199 bytes, please" : "not UTF-8");
		return EX_USAGE;
	}
	for (i = 0; i < len; i++)
		p->reason[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i];
	return -1;
}

static int
run_pause(const struct order *order)
{
	struct pause p = {.there = true, .since_us = clock_wall_us()};
	struct buf words = BUF_EMPTY;
	char *lock;
	int code = read_time(order, &p);

	if (code < 0 && order->reason != NULL)
		code = read_reason(order->reason, &p);
	if (code >= 0)
		return code;
	if (pause_set(order->state, &p) != 0)
		return EX_CANTCREAT;
	pause_words(&p, &words);
	printf("netvane is %s, as %s/paused says.\n", buf_str(&words), order->state);
	/* The service has a state directory of its own, and would go on. */
	lock = xasprintf("%s/lock", order->state);
	if (access(lock, F_OK) != 0)
		log_warnx("no netvane has worked with %s so far; --state names the directory of one that does",
		    order->state);
	free(lock);
	buf_free(&words);
	return EXIT_SUCCESS;
}

static int
run_resume(const struct order *order)
{
	int removed = pause_remove(order->state);

	if (removed < 0)
		return EX_IOERR;
	if (removed > 0)
		printf("netvane measures again; %s/paused is removed.\n", order->state);
	else
		printf("netvane was not paused: there is no %s/paused.\n", order->state);
	return EXIT_SUCCESS;
}

/* Returns -1 to go on, or the exit code. */
static int
read_options(
    struct order *order, int argc, char **argv, const struct option *options, const char *help)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			order->config = optarg;
			break;
		case OPT_STATE:
			order->state_option = optarg;
			break;
		case OPT_FOR:
			order->how_long = optarg;
			break;
		case OPT_UNTIL:
			order->until = optarg;
			break;
		case OPT_REASON:
			order->reason = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		log_errorx("it takes no arguments, but '%s' was given", argv[optind]);
		return EX_USAGE;
	}
	return -1;
}

/* A pause must be possible while the configuration is broken. NULL: it is, and is needed; *code is the exit code. */
static char *
find_state(const struct order *order, int *code)
{
	struct conf *conf;
	char *state;

	if (order->state_option != NULL)
		return xstrdup(order->state_option);
	conf = conf_files_read(order->config, code);
	if (conf == NULL) {
		log_errorx("so it is not known which directory is meant; --state names it");
		return NULL;
	}
	state = paths_state(conf);
	conf_free(conf);
	return state;
}

static int
run_command(int argc, char **argv, const struct option *options, const char *help,
    int (*run)(const struct order *order))
{
	struct order order = {0};
	int code = read_options(&order, argc, argv, options, help);

	if (code >= 0)
		return code;
	order.state = find_state(&order, &code);
	if (order.state == NULL)
		return code;
	code = run(&order);
	free(order.state);
	return code;
}

int
cmd_pause(int argc, char **argv)
{
	return run_command(argc, argv, pause_options, pause_help, run_pause);
}

int
cmd_resume(int argc, char **argv)
{
	return run_command(argc, argv, resume_options, resume_help, run_resume);
}
