/* netvane-analyze interception: whose certificates were shown in place of the sites' own. */
#include "analysis/commands.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analysis/ingest.h"
#include "analysis/interception.h"
#include "analysis/interception_pem.h"
#include "analysis/interception_write.h"
#include "analysis/options.h"
#include "analysis/shipped.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/known_ca.h"

static const char interception_help[] =
    "Usage: netvane-analyze interception [OPTION]... PATH...\n"
    "Forged certificates, by who issued them and with which key: when and where they\n"
    "were seen, for whom, how they are made, and what was expected instead. Sites\n"
    "whose certificate changed honestly stand apart.\n\n"
    "Examples:\n"
    "  netvane-analyze interception ~/.local/state/netvane/results\n"
    "  netvane-analyze interception --cc KZ --out forged/ --json ooni/*.jsonl.gz\n\n"
    "What is kept:\n"
    "  --out DIR        write the chains as PEM files there, those expected beside them;\n"
    "                   73 when they cannot be\n";

/*
 * Takes --out and its value out of the arguments, since no other command has it. What follows "--" is no option. Returns false, and
 * says so, when it has no value.
 */
static bool
take_out(int *argc, char **argv, const char **out)
{
	static const char name[] = "--out";
	const size_t len = sizeof(name) - 1;
	int from, to = 1, taken;

	for (from = 1; from < *argc && strcmp(argv[from], "--") != 0; from += taken) {
		taken = 1;
		if (strncmp(argv[from], name, len) == 0 && argv[from][len] == '=')
			*out = argv[from] + len + 1;
		else if (strcmp(argv[from], name) == 0 && from + 1 < *argc) {
			*out = argv[from + 1];
			taken = 2;
		} else if (strcmp(argv[from], name) == 0) {
			log_errorx("--out needs a directory");
			return false;
		} else
			argv[to++] = argv[from];
	}
	while (from < *argc)
		argv[to++] = argv[from++];
	argv[to] = NULL;
	*argc = to;
	if (*out != NULL && (*out)[0] == '\0') {
		log_errorx("--out needs a directory");
		return false;
	}
	return true;
}

static int
look(const struct options *options, const char *out)
{
	struct known_cas known = {0};
	struct ingest *ingest = ingest_new(options, NULL);
	struct interception *in;
	const struct interception_report *report;
	struct record record;
	int code;

	shipped_known_cas(&known);
	in = interception_new(&known);
	while (ingest_next(ingest, &record) == 1)
		if (record.kind == RECORD_TARGET)
			interception_add(in, &record);
	code = ingest_end(ingest);
	report = interception_finish(in);
	if (code == EX_OK) {
		interception_write(report, options);
		if (out != NULL && interception_pem_write(report, out) == -1)
			code = EX_CANTCREAT;
	}
	interception_free(in);
	ingest_free(ingest);
	known_cas_clear(&known);
	return code;
}

int
cmd_interception(int argc, char **argv)
{
	struct options options;
	const char *out = NULL;
	int code;

	if (!take_out(&argc, argv, &out))
		return EX_USAGE;
	code = options_read(&options, argc, argv, interception_help);
	if (code != -1) {
		options_clear(&options);
		return code;
	}
	code = look(&options, out);
	options_clear(&options);
	return options_flush(code);
}
