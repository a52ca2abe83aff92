/* netvane-analyze episodes: when interference began and ended. */
#include "analysis/commands.h"

#include <sysexits.h>

#include "analysis/episodes.h"
#include "analysis/episodes_write.h"
#include "analysis/history.h"
#include "analysis/ingest.h"
#include "analysis/options.h"
#include "analysis/outcome.h"

static const char episodes_help[] =
    "Usage: netvane-analyze episodes [OPTION]... PATH...\n"
    "When interference with each target began and ended, in each network: between\n"
    "when and when, how many of how many measurements failed, and how; and when\n"
    "whole networks were shut down, cut off from abroad, or behind a portal. What\n"
    "began at once in several places is one event.\n\n"
    "Examples:\n"
    "  netvane-analyze episodes ~/.local/state/netvane/results\n"
    "  netvane-analyze episodes --cc KZ --format csv ooni/*.jsonl.gz >episodes.csv\n";

int
cmd_episodes(int argc, char **argv)
{
	struct options options;
	struct episodes episodes;
	struct history *history;
	struct ingest *ingest;
	struct outcome outcome;
	struct record record;
	int code = options_read(&options, argc, argv, episodes_help);

	if (code != -1) {
		options_clear(&options);
		return code;
	}
	ingest = ingest_new(&options, NULL);
	history = history_new(0);
	while (ingest_next(ingest, &record) == 1)
		if (outcome_of(&record, &outcome))
			history_add(history, &outcome);
	code = ingest_end(ingest);
	episodes_find(history, NULL, &episodes);
	if (code == EX_OK)
		episodes_write(&(struct episodes_report){&options, ingest_counts(ingest), &episodes});
	episodes_clear(&episodes);
	history_free(history);
	ingest_free(ingest);
	options_clear(&options);
	return options_flush(code);
}
