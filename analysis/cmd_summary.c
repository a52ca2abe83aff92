/* netvane-analyze summary: what the records say of each target, without any statistics yet. */
#include "analysis/commands.h"

#include <sysexits.h>

#include "analysis/ingest.h"
#include "analysis/judged.h"
#include "analysis/options.h"
#include "analysis/summary_write.h"
#include "analysis/tally.h"
#include "results/measurement.h"

static const char summary_help[] =
    "Usage: netvane-analyze summary [OPTION]... PATH...\n"
    "For each target: how often it was judged how, when it was first and last seen,\n"
    "and when its status last changed; and how many rounds there were, and how many\n"
    "of them not online.\n\n"
    "Examples:\n"
    "  netvane-analyze summary ~/.local/state/netvane/results\n"
    "  netvane-analyze summary --since 2026-11-01 --target vk.com results/ old.gz\n";

static enum verdict_status
status_of(const struct measurement *m)
{
	struct verdict verdict;

	judged(m, &verdict);
	return verdict.status;
}

static void
add_record(struct summary *summary, struct tally *tally, const struct record *record)
{
	switch (record->kind) {
	case RECORD_TARGET:
		tally_add(tally, &record->target, record->m->start_us, status_of(record->m));
		break;
	case RECORD_ROUND:
		summary->rounds++;
		summary->states[record->m->context.network]++;
		break;
	case RECORD_EVENT:
		summary->events++;
		break;
	}
}

int
cmd_summary(int argc, char **argv)
{
	static const struct ingest_needs needs = {.brief = true};
	struct options options;
	struct summary summary = {.options = &options};
	int code = options_read(&options, argc, argv, summary_help);
	struct ingest *ingest;
	struct record record;
	struct tally *tally;

	if (code != -1) {
		options_clear(&options);
		return code;
	}
	ingest = ingest_new(&options, &needs);
	tally = tally_new();
	while (ingest_next(ingest, &record) == 1)
		add_record(&summary, tally, &record);
	code = ingest_end(ingest);
	summary.counts = ingest_counts(ingest);
	summary.targets = tally_finish(tally, &summary.ntargets);
	if (code == EX_OK)
		summary_write(&summary);
	tally_free(tally);
	ingest_free(ingest);
	options_clear(&options);
	return options_flush(code);
}
