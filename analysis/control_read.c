/* From files to control results. */
#include "analysis/control_read.h"

#include <sysexits.h>

#include "analysis/control_facts.h"
#include "analysis/control_results.h"
#include "analysis/ingest.h"
#include "analysis/options.h"
#include "base/log.h"
#include "results/measurement.h"

static void
add_record(struct control_results *results, const struct record *record, int64_t counts[CONTROL_FITNESS_MAX])
{
	const struct measurement *m = record->m;
	enum control_fitness fitness;
	struct vantage *vantage;

	if (record->kind != RECORD_TARGET)
		return;
	fitness = control_facts_of(record, &vantage);
	if (fitness == CONTROL_FIT && !control_results_add(results, record->target.url, m->start_us,
		m->uid != NULL ? m->uid : m->id, vantage))
		fitness = CONTROL_SILENT;
	counts[fitness]++;
}

static void
tell(const struct control_results *results, const int64_t counts[CONTROL_FITNESS_MAX])
{
	static const char *const why[CONTROL_FITNESS_MAX] = {
	    [CONTROL_OFFLINE] = "for a line that was not online",
	    [CONTROL_CENSORED] = "for telling of interference themselves: is the vantage clean?",
	    [CONTROL_SILENT] = "for saying nothing of their site",
	};
	int i;

	log_info("control results: measurements to compare with: %lld, targets: %zu, different outcomes: %zu",
	    (long long)counts[CONTROL_FIT], control_results_targets(results), control_results_different(results));
	for (i = 0; i < CONTROL_FITNESS_MAX; i++)
		if (why[i] != NULL && counts[i] > 0)
			log_info("control results: left out: %lld, %s", (long long)counts[i], why[i]);
}

int
control_read(const struct options *options, struct control_results **results, int64_t *observations)
{
	struct options these = {
	    .strict = options->strict,
	    .progress = options->progress,
	    .paths = options->controls,
	    .npaths = options->ncontrols,
	};
	int64_t counts[CONTROL_FITNESS_MAX] = {0};
	struct ingest *ingest;
	struct record record;
	int code;

	filter_init(&these.filter);
	these.filter.targets = options->filter.targets;
	these.filter.ntargets = options->filter.ntargets;
	these.filter.controls = options->filter.controls;
	*results = control_results_new(options->control_within_us);
	ingest = ingest_new(&these, NULL);
	while (ingest_next(ingest, &record) == 1)
		add_record(*results, &record, counts);
	code = ingest_end(ingest);
	ingest_free(ingest);
	control_results_finish(*results);
	*observations = counts[CONTROL_FIT];
	if (code == EX_OK)
		tell(*results, counts);
	return code;
}
