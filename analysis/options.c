/* Reads the options that all subcommands share. */
#include "analysis/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

enum option_id {
	OPTION_SINCE = 256,
	OPTION_UNTIL,
	OPTION_TARGET,
	OPTION_ASN,
	OPTION_CC,
	OPTION_CONTROLS,
	OPTION_STRICT,
	OPTION_STORE,
	OPTION_CONTROL_RESULTS,
	OPTION_CONTROL_WITHIN,
	OPTION_FORMAT,
	OPTION_JSON,
	OPTION_NO_PROGRESS,
	OPTION_COLOR
};

/* Most outages of a site are over by then or seen from elsewhere as well; a vantage that runs by the hour reaches all of it. */
#define WITHIN_US (INT64_C(3600) * 1000000)
/* Of a number of days, and yet far from the end of the years. */
enum { WITHIN_DIGITS = 5 };

static const struct option long_options[] = {
    {"since", required_argument, NULL, OPTION_SINCE},
    {"until", required_argument, NULL, OPTION_UNTIL},
    {"target", required_argument, NULL, OPTION_TARGET},
    {"asn", required_argument, NULL, OPTION_ASN},
    {"cc", required_argument, NULL, OPTION_CC},
    {"controls", no_argument, NULL, OPTION_CONTROLS},
    {"strict", no_argument, NULL, OPTION_STRICT},
    {"store", required_argument, NULL, OPTION_STORE},
    {"control-results", required_argument, NULL, OPTION_CONTROL_RESULTS},
    {"control-within", required_argument, NULL, OPTION_CONTROL_WITHIN},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"json", no_argument, NULL, OPTION_JSON},
    {"no-progress", no_argument, NULL, OPTION_NO_PROGRESS},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char shared_help[] =
    "PATH is a results directory or a file (.jsonl, .json, .gz, .zst) of netvane's\n"
    "records or OONI's; - is standard input.\n\n"
    "Which records:\n"
    "  --since TIME     from TIME on: 2026-11-22, \"2026-11-22 06:30\" or RFC 3339; UTC\n"
    "                   unless it has an offset\n"
    "  --until TIME     before TIME\n"
    "  --target TARGET  of this URL, this host, or any host of this domain\n"
    "                   (repeatable)\n"
    "  --asn AS         from this network, AS9198 or 9198 (repeatable)\n"
    "  --cc CC          from this country\n"
    "  --controls       the controls as well, which are not targets\n"
    "  --store sqlite:FILE  keep what the PATHs have in FILE, and answer from it: all that\n"
    "                   was ever put there. A file that is in it is not read again, and no\n"
    "                   PATH is needed\n"
    "  --strict         end with 65 at the first bad line or file; else they are named,\n"
    "                   counted and passed over\n\n"
    "What they are compared with:\n"
    "  --control-results PATH\n"
    "                   records of a clean vantage, an uncensored network where the same\n"
    "                   targets are measured: of each target the one nearest in time is\n"
    "                   the control of a measurement that has none (repeatable)\n"
    "  --control-within TIME\n"
    "                   no further away in time than that: 90s, 30m, 1h (the default), 1d\n\n"
    "How they are shown:\n"
    "  --format FORMAT  table (for people), csv (RFC 4180) or json (an object a line)\n"
    "  --json           the same as --format json\n"
    "  --color WHEN     auto (on a terminal, unless NO_COLOR is set), always or never\n"
    "  --no-progress    no live progress line on the terminal\n"
    "  --help           this text\n\n"
    "Exit status: 0; 64 wrong usage, 65 no record among bad lines, or --strict and a bad\n"
    "one, 66 no input can be read, 74 the output cannot be written.\n";

/* The index of a word in a list that NULL ends, or -1. */
static int
word(const char *const *words, const char *text)
{
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return -1;
}

static bool
add_controls(struct options *options, char *path)
{
	options->controls = xreallocarray(options->controls, options->ncontrols + 1, sizeof(*options->controls));
	options->controls[options->ncontrols++] = path;
	return true;
}

static bool
read_within(struct options *options, const char *text)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	const char *digits = text + strspn(text, "0123456789");
	long n = digits > text && digits - text <= WITHIN_DIGITS ? strtol(text, NULL, 10) : 0;
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]) && n > 0; i++)
		if (digits[0] == units[i].unit && digits[1] == '\0') {
			options->control_within_us = n * units[i].seconds * 1000000;
			return true;
		}
	log_errorx("--control-within %s: it is a time such as 90s, 30m, 1h or 1d", text);
	return false;
}

static bool
read_format(struct options *options, const char *text)
{
	static const char *const formats[] = {"table", "csv", "json", NULL};
	int i = word(formats, text);

	if (i == -1)
		log_errorx("--format %s: it is table, csv or json", text);
	else
		options->format = (enum format)i;
	return i != -1;
}

static bool
read_store(struct options *options, const char *text)
{
	static const char kind[] = "sqlite:";
	bool good = strncmp(text, kind, strlen(kind)) == 0 && text[strlen(kind)] != '\0';

	if (good)
		options->store = text;
	else
		log_errorx("--store %s: it is sqlite:FILE, as sqlite:archive.sqlite", text);
	return good;
}

static bool
read_color(struct options *options, const char *text)
{
	static const char *const times[] = {"auto", "always", "never", NULL};
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	int i = word(times, text);

	if (i == -1)
		log_errorx("--color %s: it is auto, always or never", text);
	else if (i == 0)
		options->colour = isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') &&
		    (term == NULL || strcmp(term, "dumb") != 0);
	else
		options->colour = i == 1;
	return i != -1;
}

/* One option that was met; false when its value is wrong, which was logged. */
static bool
read_option(struct options *options, int id, char *value)
{
	switch (id) {
	case OPTION_SINCE:
		return filter_set_since(&options->filter, value);
	case OPTION_UNTIL:
		return filter_set_until(&options->filter, value);
	case OPTION_TARGET:
		return filter_add_target(&options->filter, value);
	case OPTION_ASN:
		return filter_add_asn(&options->filter, value);
	case OPTION_CC:
		return filter_set_cc(&options->filter, value);
	case OPTION_CONTROLS:
		return options->filter.controls = true;
	case OPTION_STRICT:
		return options->strict = true;
	case OPTION_STORE:
		return read_store(options, value);
	case OPTION_CONTROL_RESULTS:
		return add_controls(options, value);
	case OPTION_CONTROL_WITHIN:
		return read_within(options, value);
	case OPTION_FORMAT:
		return read_format(options, value);
	case OPTION_JSON:
		return read_format(options, "json");
	case OPTION_NO_PROGRESS:
		options->progress = false;
		return true;
	case OPTION_COLOR:
		return read_color(options, value);
	default:
		return false; /* getopt_long has said what it does not know */
	}
}

static int
wrong_usage(const char *command)
{
	log_errorx("`netvane-analyze %s --help' tells the usage", command);
	return EX_USAGE;
}

/* Two readers of it would each get a part. As a PATH alone it may come again: the second time it is empty. */
static int
standard_inputs(const struct options *options)
{
	bool path = false;
	int n = 0;
	size_t i;

	for (i = 0; i < options->npaths; i++)
		path = path || strcmp(options->paths[i], "-") == 0;
	for (i = 0; i < options->ncontrols; i++)
		n += strcmp(options->controls[i], "-") == 0;
	return n + (path && n > 0);
}

/* Ids of a command's own options follow all others. */
enum { OPTION_OWN = 1024, SHARED_OPTIONS = sizeof(long_options) / sizeof(long_options[0]) };

/* The command's own options, the shared ones behind them, and the end (to free). */
static struct option *
all_options(const struct options_own *own)
{
	struct option *all;
	int i, n = 0;

	while (own[n].name != NULL)
		n++;
	all = xcalloc((size_t)n + SHARED_OPTIONS, sizeof(*all));
	for (i = 0; i < n; i++)
		all[i] = (struct option){own[i].name,
		    own[i].has_value ? required_argument : no_argument, NULL, OPTION_OWN + i};
	memcpy(all + n, long_options, sizeof(long_options));
	return all;
}

int
options_read(struct options *options, int argc, char **argv, const char *help)
{
	static const struct options_own none[] = {{NULL, false, NULL}};

	return options_read_own(options, argc, argv, help, none, NULL);
}

int
options_read_own(struct options *options, int argc, char **argv, const char *help,
    const struct options_own *own, void *arg)
{
	char name[64], *command = argv[0];
	struct option *all = all_options(own);
	int id;

	*options = (struct options){.progress = isatty(STDERR_FILENO) == 1, .control_within_us = WITHIN_US};
	filter_init(&options->filter);
	read_color(options, "auto");
	/* getopt_long puts argv[0] before its complaints. */
	snprintf(name, sizeof(name), "netvane-analyze %s", command);
	argv[0] = name;
	while ((id = getopt_long(argc, argv, "h", all, NULL)) != -1 && id != 'h')
		if (id >= OPTION_OWN ? !own[id - OPTION_OWN].set(arg, optarg)
				     : !read_option(options, id, optarg))
			break;
	argv[0] = command;
	free(all);
	if (id == 'h') {
		printf("%s\n%s", help, shared_help);
		return options_flush(EX_OK);
	}
	if (id != -1 || !filter_is_sound(&options->filter))
		return wrong_usage(command);
	options->paths = argv + optind;
	options->npaths = (size_t)(argc - optind);
	if (options->store != NULL && options->ncontrols > 0) {
		log_errorx("--control-results judges by what was observed, which a --store does not keep: it is one or the other");
		return wrong_usage(command);
	}
	if (options->npaths == 0 && options->store == NULL) {
		log_errorx("no PATH to read records from");
		return wrong_usage(command);
	}
	if (standard_inputs(options) > 1) {
		log_errorx("--control-results: standard input can be read only once");
		return wrong_usage(command);
	}
	return -1;
}

void
options_clear(struct options *options)
{
	filter_clear(&options->filter);
	free(options->controls);
	options->controls = NULL;
	options->ncontrols = 0;
}

int
options_flush(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	log_error("cannot write to standard output");
	return EX_IOERR;
}
